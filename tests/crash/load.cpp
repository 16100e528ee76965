#include "tests/crash/load.h"

#include <algorithm>
#include <array>
#include <random>
#include <stdexcept>
#include <thread>

#include "core/base/limits.h"

namespace dobson::crash {

namespace {

constexpr int client_count = 4;

// A request's body, announced or in chunks. One that is not whole ends with its connection.
class Body final : public ctl::Source {
 public:
  Body(std::string bytes, bool announced, bool whole)
      : bytes_(std::move(bytes)), announced_(announced), whole_(whole) {}

  std::optional<uint64_t> size() const override {
    return announced_ ? std::optional(bytes_.size() + (whole_ ? 0 : 1)) : std::nullopt;
  }
  ctl::Try<size_t> read(std::span<char> to) override {
    const size_t size = bytes_.copy(to.data(), to.size(), at_);
    if (size == 0 && !whole_) return ctl::Failure{.reason = "broken off"};
    at_ += size;
    return size;
  }
  bool rewind() override {
    at_ = 0;
    return true;
  }

 private:
  const std::string bytes_;
  const bool announced_;
  const bool whole_;
  size_t at_ = 0;
};

// Which paths of a world are a client's.
World part_of(const World& world, const std::string& tag) {
  World part;
  for (const auto& [path, text] : world)
    if (path.starts_with(tag)) part.emplace(path, text);
  return part;
}

// A key or directory of that name, and the directory that a key of a full volume stands in.
void add(World& world, const std::string& path, const std::string& text) {
  world[path] = text;
  const std::string directory = path.substr(0, path.rfind('/') + 1);
  if (path.find("-full/") != path.npos) world[directory] = directory_text;
}

std::string difference(const World& expected, const World& found) {
  std::string text;
  for (const auto& [path, what] : expected)
    if (!found.contains(path)) text += path + " is missing: " + what + '\n';
  for (const auto& [path, what] : found) {
    const auto at = expected.find(path);
    if (at == expected.end())
      text += path + " should not be there: " + what + '\n';
    else if (at->second != what)
      text += path + " is " + what + ", was " + at->second + '\n';
  }
  return text;
}

}  // namespace

// One thread at a time.
class Client {
 public:
  Client(int number, uint64_t seed, const ctl::Server& server, const Log* recording)
      : tag_("/c" + std::to_string(number)),
        http_(server),
        recording_(recording),
        random_(seed + number) {}

  const std::string& tag() const { return tag_; }
  bool goes_on() const { return !server_gone_ && wrong_.empty(); }
  const std::string& wrong() const { return wrong_; }

  void begin() { server_gone_ = false; }
  void step();
  void settle(const World& found);
  void add_acks(std::vector<uint64_t>& acks) const;
  std::string loss(const World& found, uint64_t prefix) const;

 private:
  static constexpr uint64_t unknown = UINT64_MAX;

  // A client's part of the world from a reply on. The last one may wait for its reply.
  struct Moment {
    uint64_t ack = unknown;
    World world;
  };

  const World& world() const { return moments_.back().world; }
  bool has(const std::string& path) const { return world().contains(path); }
  uint64_t draw(uint64_t count) {
    return std::uniform_int_distribution<uint64_t>(0, count - 1)(random_);
  }
  std::string draw_key(const std::string& bucket, uint64_t names);
  std::string draw_bytes();

  void set_volume(std::string_view method, const std::string& volume);
  void set_bucket(std::string_view method, const std::string& bucket);
  void put(const std::string& key, bool whole);
  World with_key(const std::string& key, const std::string& text) const;
  void upload(const std::string& key);
  void copy(const std::string& key, const std::string& to);
  void rename(const std::string& path, const std::string& to);
  void remove(const std::string& path);
  void read(const std::string& key);

  void change(const ctl::Request& request, World after);
  // Whether there is an answer, and it is a good one.
  bool answered(const ctl::Try<ctl::Reply>& reply);

  const std::string tag_;
  ctl::Client http_;
  const Log* recording_;
  std::mt19937_64 random_;
  std::vector<Moment> moments_{{0, {}}};
  bool server_gone_ = false;
  std::string wrong_;
};

// In the volume with the one key, which is empty often enough to lose its bucket and to be removed,
// names are flat; the keys of the other stand in two directories.
void Client::step() {
  const bool bare = draw(4) == 0;
  const uint64_t names = bare ? 1 : 6;
  const std::string volume = tag_ + (bare ? "-bare" : "-full");
  const std::string bucket = volume + "/bucket";
  if (!has(volume)) return set_volume("POST", volume);
  if (!has(bucket)) return draw(3) == 0 ? remove(volume) : set_bucket("POST", bucket);
  const std::string key = draw_key(bucket, names);
  if (!has(key)) return bare && draw(2) == 0 ? remove(bucket) : put(key, true);
  const std::string other = draw_key(bucket, names);
  const auto directory = [&](const std::string& name) {
    return bare ? bucket : name.substr(0, name.rfind('/') + 1);
  };
  switch (draw(16)) {
    case 0:
      return set_volume("PUT", volume);
    case 1:
      return set_bucket("PUT", bucket);
    case 2:
    case 3:
    case 4:
      return remove(key);
    case 5:
    case 6:
      return has(other) ? read(key) : rename(key, other);
    case 7:
      return put(key, false);
    case 8:
      return upload(key);
    case 9:
      return copy(key, other);
    case 10:
      if (!bare && !has(directory(other))) return rename(directory(key), directory(other));
      [[fallthrough]];
    case 11:
      return bare ? remove(key) : remove(directory(key));
    default:
      return put(key, true);
  }
}

std::string Client::draw_key(const std::string& bucket, uint64_t names) {
  const uint64_t name = draw(names);
  // One has a second row in the table of names.
  const std::string last = name / 2 == 1 ? std::string(700, 'k') : 'k' + std::to_string(name / 2);
  return bucket + '/' + (names == 1 ? "" : 'd' + std::to_string(name % 2) + '/') + last;
}

std::string Client::draw_bytes() {
  const std::array sizes = {
      uint64_t{0},          draw(5'000), draw(5'000), draw(5'000), draw(5 * limits::part_bytes),
      draw(3 * limits::MiB)};
  std::string bytes;
  const uint64_t size = sizes[draw(sizes.size())];
  bytes.reserve(size + sizeof(uint64_t));
  while (bytes.size() < size) {
    const uint64_t word = random_();
    bytes.append(reinterpret_cast<const char*>(&word), sizeof(word));
  }
  bytes.resize(size);
  return bytes;
}

void Client::set_volume(std::string_view method, const std::string& volume) {
  const std::string owner = "owner" + std::to_string(draw(1000));
  const uint64_t gigabytes = 1 + draw(1000);
  World after = world();
  after[volume] = volume_text(owner, gigabytes * limits::GiB);
  change({.method = method,
          .target = volume + "?quota=" + std::to_string(gigabytes) + "GB",
          .headers = {"x-ozone-user: " + owner}},
         std::move(after));
}

void Client::set_bucket(std::string_view method, const std::string& bucket) {
  constexpr std::array types = {"DISK", "SSD", "RAM_DISK", "ARCHIVE"};
  const std::string type = types[draw(types.size())];
  const std::string versioning = draw(2) == 0 ? "ENABLED" : "DISABLED";
  World after = world();
  after[bucket] = bucket_text(type, versioning);
  const bool flat = bucket.find("-bare/") != bucket.npos;
  change({.method = method,
          .target = bucket,
          .headers = {"x-ozone-storage-type: " + type, "x-ozone-bucket-versioning: " + versioning,
                      std::string("x-ozone-bucket-layout: ") +
                          (flat ? "OBJECT_STORE" : "FILE_SYSTEM_OPTIMIZED")}},
         std::move(after));
}

World Client::with_key(const std::string& key, const std::string& text) const {
  World after = world();
  add(after, key, text);
  return after;
}

void Client::put(const std::string& key, bool whole) {
  std::string bytes = draw_bytes();
  World after = with_key(key, key_text(bytes));
  // A long body in chunks becomes several blocks.
  Body body(std::move(bytes), draw(2) == 0, whole);
  const ctl::Request request = {.method = "PUT", .target = key, .source = &body};
  if (whole) return change(request, std::move(after));
  const auto reply = http_.perform(request);
  if (!reply.ok() && reply.error().reason != "broken off") answered(reply);
}

// Of one part, which is durable before the upload is complete.
void Client::upload(const std::string& key) {
  const auto started = http_.perform({.method = "POST", .target = key + "?uploads"});
  if (!answered(started)) return;
  constexpr std::string_view mark = R"("uploadID":")";
  const auto id = started->body.substr(started->body.find(mark) + mark.size(), 16);
  const std::string bytes = draw_bytes();
  Body part(bytes, true, true);
  const auto stored = http_.perform(
      {.method = "PUT", .target = key + "?partNumber=1&uploadId=" + id, .source = &part});
  if (!answered(stored)) return;
  Body list(R"({"parts":[{"partNumber":1,"etag":")" + stored->etag + R"("}]})", true, true);
  change({.method = "POST", .target = key + "?uploadId=" + id, .source = &list},
         with_key(key, key_text(bytes)));
}

void Client::copy(const std::string& key, const std::string& to) {
  change({.method = "PUT", .target = to, .headers = {"x-ozone-copy-source: " + key}},
         with_key(to, world().at(key)));
}

// Of a key, or of a directory with all that is in it.
void Client::rename(const std::string& path, const std::string& to) {
  World after;
  for (const auto& [name, text] : world()) {
    const bool moves = path.ends_with('/') ? name.starts_with(path) : name == path;
    if (!moves) after[name] = text;
    if (moves) add(after, to + name.substr(path.size()), text);
  }
  const std::string bucket = tag_ + "-bare/bucket/";  // as long as the other's
  change({.method = "POST", .target = path + "?toKey=" + to.substr(bucket.size())},
         std::move(after));
}

void Client::remove(const std::string& path) {
  World after = world();
  const bool directory = path.ends_with('/');
  std::erase_if(after, [&](const auto& each) {
    return directory ? each.first.starts_with(path) : each.first == path;
  });
  change({.method = "DELETE", .target = path + (directory ? "?recursive=true" : "")},
         std::move(after));
}

void Client::read(const std::string& key) {
  const auto reply = http_.perform({.method = "GET", .target = key});
  if (answered(reply) && key_text(reply->body) != world().at(key))
    wrong_ = "GET " + key + ": " + key_text(reply->body) + ", not " + world().at(key);
}

void Client::change(const ctl::Request& request, World after) {
  moments_.push_back({unknown, std::move(after)});
  if (!answered(http_.perform(request))) return;
  moments_.back().ack = recording_ == nullptr ? 0 : recording_->records();
}

bool Client::answered(const ctl::Try<ctl::Reply>& reply) {
  if (reply.ok()) return true;
  if (reply.error().exit == ctl::Exit::unreachable)
    server_gone_ = true;
  else
    wrong_ = tag_ + ": " + reply.error().reason;
  return false;
}

void Client::settle(const World& found) {
  Moment& last = moments_.back();
  if (last.ack != unknown) return;
  if (last.world == part_of(found, tag_))
    last.ack = recording_ == nullptr ? 0 : recording_->records();
  else
    moments_.pop_back();
}

void Client::add_acks(std::vector<uint64_t>& acks) const {
  for (const Moment& moment : moments_)
    if (moment.ack != unknown) acks.push_back(moment.ack);
}

std::string Client::loss(const World& found, uint64_t prefix) const {
  const auto next = std::ranges::upper_bound(moments_, prefix, {}, &Moment::ack);
  const World mine = part_of(found, tag_);
  const bool change_was_made = next != moments_.end() && next->world == mine;
  return change_was_made ? "" : difference(std::prev(next)->world, mine);
}

Load::Load(uint64_t seed, const Log* recording) : recording_(recording) {
  for (int i = 0; i < client_count; ++i)
    clients_.push_back(std::make_unique<Client>(i, seed, server_, recording));
}

Load::~Load() = default;

void Load::run(const std::string& url, const std::function<bool(size_t replies)>& enough) {
  server_.url = url;
  std::vector<std::jthread> threads;
  for (const auto& client : clients_)
    threads.emplace_back([&enough, &client = *client] {
      client.begin();
      size_t replies = 0;
      do client.step();
      while (client.goes_on() && !enough(++replies));
    });
  threads.clear();
  for (const auto& client : clients_)
    if (!client->wrong().empty()) throw std::runtime_error(client->wrong());
}

void Load::settle(const World& found) {
  for (const auto& client : clients_) client->settle(found);
}

std::vector<uint64_t> Load::acks() const {
  std::vector<uint64_t> acks;
  for (const auto& client : clients_) client->add_acks(acks);
  std::ranges::sort(acks);
  return acks;
}

std::string Load::loss(const World& found, uint64_t prefix) const {
  std::string text;
  size_t known = 0;
  for (const auto& client : clients_) {
    text += client->loss(found, prefix);
    known += part_of(found, client->tag()).size();
  }
  return known == found.size() ? text : text + "something there is nobody's\n";
}

}  // namespace dobson::crash
