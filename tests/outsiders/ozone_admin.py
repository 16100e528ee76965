#!/usr/bin/env python3
"""`ozone admin namespace` of a released Ozone against a loaded server: what its tables must say is
counted from the trees on disk, and written as the command writes it."""

import os

import loaded
import maven
import oracle
import outsider
import trees

FOLDER = maven.folder("ozone-admin")
CLASS_PATH = os.path.join(FOLDER, "classpath")
BUILD_CLASS_PATH = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:build-classpath"
SITE = """<configuration>
  <property><name>ozone.recon.address</name><value>{0}</value></property>
  <property><name>ozone.recon.http-address</name><value>{0}</value></property>
</configuration>
"""
UNITS = ["bytes", "KB", "MB", "GB", "TB", "PB"]
QUOTA = 10 << 30  # of /shire


def bytes_of(size):
    """Whole units, and what is over left away."""
    unit = 0
    while size >= 1024 and unit < len(UNITS) - 1:
        size, unit = size // 1024, unit + 1
    return f"{size} {UNITS[unit]}"


class OzoneAdmin(loaded.Loaded):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        code = maven.run("ozone-admin", "-f", os.path.join(outsider.HERE, "ozone-admin"),
                         BUILD_CLASS_PATH, f"-Dmdep.outputFile={CLASS_PATH}")
        if code != 0:
            raise RuntimeError(f"mvn ended with {code}")
        address = "{}:{}".format(*cls.server.addresses["recon"])
        with open(os.path.join(cls.scratch, "ozone-site.xml"), "w", encoding="utf-8") as file:
            file.write(SITE.format(address))
        with open(CLASS_PATH, encoding="utf-8") as file:
            cls.class_path = f"{cls.scratch}:{file.read()}"
        cls.load_trees(cls())

    @classmethod
    def load_trees(cls, test):
        tree = os.path.join(cls.scratch, "tree")
        trees.make(tree, 300)
        test.call("POST", f"/shire?quota={QUOTA >> 30}GB", status=201)
        cls.files = test.load(tree, "/shire/files", "FILE_SYSTEM_OPTIMIZED")
        cls.objects = test.load(tree, "/shire/objects", "OBJECT_STORE")
        cls.many = test.load(f"{tree}/many", "/bree/many", "FILE_SYSTEM_OPTIMIZED")

    def admin(self, *words):
        """The lines that it prints, but for empty ones and what it says of itself."""
        run = self.run_program("java", "-cp", self.class_path,
                               "org.apache.hadoop.ozone.admin.OzoneAdmin", "namespace", *words)
        self.assertEqual(run.returncode, 0, (words, run.stdout, run.stderr))
        lines = [line.rstrip() for line in (run.stdout + run.stderr).decode().splitlines()]
        return [line for line in lines if line
                and not line.startswith(("Connecting to Recon: ", "log4j:WARN "))]

    def test_summary(self):
        def counts(**numbers):
            return [f"{name} : {number}" for name, number in numbers.items()]
        self.assertEqual(self.admin("summary", "/"), ['Entity Type : "ROOT"', *counts(
            Volumes=2, Buckets=3, Directories=self.directories(), Keys=len(self.sizes()))])
        self.assertEqual(self.admin("summary", "/shire"), ['Entity Type : "VOLUME"', *counts(
            Buckets=2, Directories=len(self.files.directories),
            Keys=len(self.sizes(self.files, self.objects)))])
        self.assertEqual(self.admin("summary", "/shire/objects"), [
            'Entity Type : "BUCKET"', *counts(Directories=0, Keys=len(self.objects.keys))])
        self.assertEqual(self.admin("summary", "/shire/files/many"), [
            'Entity Type : "DIRECTORY"', *counts(
                Directories=len(self.files.directories_below("many/")),
                Keys=len(self.files.sizes("many/")))])
        self.assertIn("Path not found in the system.", self.admin("summary", "/shire/none"))

    def usage(self, *words):
        """Its head as a dictionary, and its rows (size, ..., path), in their order."""
        lines = self.admin("du", *words)
        at = lines.index("DU")
        return (dict(line.split(" : ") for line in lines[:at]),
                [tuple(line.strip().split(maxsplit=2 + 2 * ("-r" in words)))
                 for line in lines[at + 2:]])

    def rows(self, sizes, replica=False):
        """By size, the largest first."""
        def row(path, size):
            return (*bytes_of(size).split() * (1 + replica), path)
        return [row(path, size) for path, size in
                sorted(sizes.items(), key=lambda item: -item[1])]

    def test_usage(self):
        total = bytes_of(sum(self.sizes()))
        shire = sum(self.sizes(self.files, self.objects))
        volumes = {"/shire/": shire, "/bree/": sum(self.many.sizes())}
        self.assertEqual(self.usage("/"), ({"Path": "/", "Total Size": total},
                                           self.rows(volumes)))
        self.assertEqual(self.usage("-r", "/"),
                         ({"Path": "/", "Total Size": total, "Total Disk Usage": total},
                          self.rows(volumes, replica=True)))
        head, rows = self.usage("/shire")
        self.assertEqual(head, {"Path": "/shire", "Total Size": bytes_of(shire)})
        self.assertEqual(sorted(rows), sorted(self.rows({
            f"{bucket.path}/": sum(bucket.sizes()) for bucket in (self.files, self.objects)})))

    def test_usage_of_a_directory_with_its_files(self):
        path = "/shire/files/sizes"
        sizes = {f"{path}/{name}": size
                 for name, (size, _) in self.files.children("sizes/").items()}
        head, rows = self.usage("-f", path)
        self.assertEqual(rows, self.rows(sizes))
        self.assertEqual(head["Total Size"], bytes_of(sum(sizes.values())))

    def test_usage_of_keys_with_slashes(self):
        path = self.objects.path
        head, rows = self.usage("-f", "-a", "-p", "sizes/", path)
        self.assertEqual(head, {"Path": path, "Total Size": bytes_of(sum(self.objects.sizes()))})
        self.assertEqual(rows, self.rows({name: size for name, size in self.objects.keys.items()
                                          if name.startswith("sizes/")}))

    def test_quota(self):
        shire = sum(self.sizes(self.files, self.objects))
        self.assertEqual(self.admin("quota", "/shire"), [
            "Quota", f"  Allowed : {bytes_of(QUOTA)}", f"  Used : {bytes_of(shire)}",
            f"  Remaining : {bytes_of(QUOTA - shire)}"])
        self.assertEqual(self.admin("quota", "/bree/many"), [
            "Quota", "  Allowed : Quota not set", f"  Used : {bytes_of(sum(self.many.sizes()))}",
            "  Remaining : Unknown"])
        self.assertEqual(self.admin("quota", "/shire/files/many"), [
            "Path found in the system.",
            "But the entity type is not applicable to the Quota request"])

    def test_dist(self):
        for path, sizes in (("/", self.sizes()),
                            ("/shire", self.sizes(self.files, self.objects)),
                            ("/shire/files/many", self.files.sizes("many/"))):
            counts = oracle.dist(sizes)
            self.assertEqual(self.admin("dist", path), ["File Size Distribution", *(
                f"  {bytes_of(1 << (9 + each) if each else 0)} -- {bytes_of(1 << (10 + each))}"
                f" - {100 * count / len(sizes):.1f}% ({count})"
                for each, count in enumerate(counts) if count)], path)


if __name__ == "__main__":
    outsider.main()
