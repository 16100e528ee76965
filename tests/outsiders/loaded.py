"""What tests of the insight API share: buckets whose trees are on disk."""

import dobsonctl
import oracle


class Loaded(dobsonctl.Ctl):
    buckets = ()

    def load(self, tree, path, layout):
        """Bytes come by dobsonctl, what to expect of them from the disk."""
        self.ctl("load", tree, path, "--layout", layout.replace("_", "-").lower())
        bucket = oracle.Bucket(path, tree, layout)
        type(self).buckets = (*self.buckets, bucket)
        return bucket

    def sizes(self, *buckets):
        """Of the keys of these buckets, or of all."""
        return [size for bucket in buckets or self.buckets for size in bucket.sizes()]

    def directories(self, *buckets):
        return sum(len(bucket.directories) for bucket in buckets or self.buckets)
