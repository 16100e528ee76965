#include "handlers/recon/open_place.h"

#include <algorithm>

#include "handlers/common/text.h"
#include "handlers/common/upload_id.h"
#include "handlers/recon/raw_key.h"
#include "storage/query/path.h"

namespace dobson::recon {

namespace {

bool names_writer(std::string_view text) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const bool client = !text.empty() && std::ranges::all_of(text, is_digit);
  return client || upload_of(text) != storage::ObjectId{};
}

// "key/writer"; the end of what is no row's key belongs to the key.
void split(std::string_view text, OpenPlace& place) {
  const auto slash = text.rfind('/');
  const bool whole = slash == text.npos || !names_writer(text.substr(slash + 1));
  place.key.append(whole ? text : text.substr(0, slash));
  if (!whole) place.writer = text.substr(slash + 1);
}

}  // namespace

Result<OpenPlace> open_place_of(const storage::ReadTxn& txn, std::string_view raw_key) {
  OpenPlace place;
  const auto tree = tree_key_of(raw_key);
  place.tree = tree && tree->volume >= storage::root_id;
  if (raw_key.starts_with('/')) raw_key.remove_prefix(1);
  std::string path;
  if (place.tree) {
    auto above = storage::path_of(txn, tree->parent);
    if (!above) return Error{Errc::key_not_found};
    path = std::move(*above).append(tree->name);
    raw_key = path;
  }
  place.volume = take_until(raw_key, '/');
  place.bucket = take_until(raw_key, '/');
  split(raw_key, place);
  return place;
}

std::string raw_key_of(const storage::ReadTxn& txn, const OpenPlace& place,
                       storage::ObjectId volume, const storage::BucketRecord& bucket) {
  const auto name = place.key + '/' + place.writer;
  if (!place.tree) return to_text(FlatKey{place.volume, place.bucket, name});
  for (auto end = place.key.rfind('/'); end != name.npos && end > 0;
       end = place.key.rfind('/', end - 1)) {
    const auto above = std::string_view(name).substr(0, end + 1);
    const auto directory = storage::find_directory(txn, bucket, above);
    if (directory) return to_text(TreeKey{volume, bucket.id, directory->id, name.substr(end + 1)});
  }
  return to_text(TreeKey{volume, bucket.id, bucket.id, name});
}

OpenFilter::OpenFilter(std::string_view text) : text_(text), prefix_(key_prefix_of(text)) {
  if (prefix_) path_ = tidy_path(prefix_->rest);
}

bool OpenFilter::takes(const OpenPlace& place) const {
  if (!prefix_) return true;
  if (!place.tree) {
    return to_text(FlatKey{place.volume, place.bucket, place.key + '/' + place.writer})
        .starts_with(text_);
  }
  if (place.volume != prefix_->volume || place.bucket != prefix_->bucket) return false;
  if (path_.empty() || !place.key.starts_with(path_)) return path_.empty();
  return place.key.size() == path_.size() || place.key[path_.size()] == '/';
}

bool OpenFilter::takes_bucket(bool tree, const storage::BucketPlace& bucket) const {
  if (!prefix_) return true;
  return bucket.volume == prefix_->volume &&
         (tree ? bucket.bucket == prefix_->bucket : bucket.bucket.starts_with(prefix_->bucket));
}

std::string_view OpenFilter::key_prefix(bool tree) const {
  if (!prefix_) return {};
  if (tree) return path_;
  const auto slash = prefix_->rest.rfind('/');  // what is behind it may be of the writer
  return prefix_->rest.substr(0, slash == prefix_->rest.npos ? 0 : slash);
}

}  // namespace dobson::recon
