// Keys sort as their fields do; values come back as they were; no bytes are too strange to decode.

#include <boost/test/unit_test.hpp>
#include <functional>
#include <random>
#include <tuple>

#include "storage/catalog/catalog.h"
#include "storage/catalog/local.h"
#include "storage/command/codec.h"
#include "tests/support/seed.h"

namespace dobson::storage {

namespace {

// Random values of every type that fields have, with a liking for the ends of ranges.
class Generator {
 public:
  explicit Generator(std::uint64_t seed) : random_(seed) {}

  std::uint64_t below(std::uint64_t end) { return random_() % end; }

  template <class... Fields>
  void operator()(Fields&&... fields) {
    (make(fields), ...);
  }

  template <class T>
  T make() {
    T value{};
    make(value);
    return value;
  }

  // Of few different bytes, so that strings share beginnings.
  std::string string(std::size_t longest) {
    static constexpr char bytes[] = {'\x00', '\x01', 'a', 'b', '\xfe', '\xff'};
    std::string text(below(longest + 1), '\0');
    for (char& c : text) c = bytes[below(sizeof(bytes))];
    return text;
  }

 private:
  void make(std::uint64_t& value) { value = random_() >> below(64); }
  void make(std::int64_t& value) {
    value = static_cast<std::int64_t>(make<std::uint64_t>());
    if (below(2) == 0) value = ~value;
  }
  void make(bool& value) { value = below(2) == 0; }
  void make(std::string& value) { value = string(8); }
  template <class Integer>
  void make(Fixed<Integer> fixed) {
    make(fixed.value);
  }
  template <class Tag>
  void make(StrongId<Tag>& id) {
    make(id.value);
  }
  template <std::size_t size>
  void make(std::array<std::uint8_t, size>& digest) {
    for (std::uint8_t& byte : digest) byte = static_cast<std::uint8_t>(random_());
  }
  template <std::size_t bins>
  void make(std::array<std::uint64_t, bins>& histogram) {
    for (std::uint64_t& count : histogram) count = below(8) == 0 ? make<std::uint64_t>() : 0;
  }
  template <class T>
  void make(std::optional<T>& value) {
    value.reset();
    if (below(2) == 0) make(value.emplace());
  }
  template <class T>
  void make(std::vector<T>& values) {
    values.resize(below(4));
    for (T& value : values) make(value);
  }
  template <class... Records>
  void make(std::variant<Records...>& tagged) {
    using Make = void (*)(Generator&, std::variant<Records...>&);
    static constexpr Make by_tag[] = {[](Generator& generator, std::variant<Records...>& into) {
      into = generator.make<Records>();
    }...};
    by_tag[below(sizeof...(Records))](*this, tagged);
  }
  template <class T>
  void make(T& value) {
    if constexpr (std::is_enum_v<T>) {
      value = static_cast<T>(below(static_cast<std::uint64_t>(last_enumerator<T>) + 1));
    } else {
      fields(*this, value);
    }
  }

  std::mt19937_64 random_;
};

template <class T>
std::string encoded(const T& value) {
  std::string bytes;
  encode(value, bytes);
  return bytes;
}

template <class Key>
void check_key_order(const std::function<Key()>& make) {
  for (int i = 0; i < 20'000; ++i) {
    const Key a = make();
    const Key b = make();
    const bool less = encode_key(a) < std::string_view(encode_key(b));
    BOOST_TEST((a < b) == less);
    const KeyBytes bytes = encode_key(a);
    const std::optional<Key> back = decode_key<Key>(bytes);
    BOOST_TEST_REQUIRE(back.has_value());
    BOOST_TEST((*back == a));
  }
}

}  // namespace

// The order that a key's declaration promises: field by field.
bool operator<(const NameKey& a, const NameKey& b) {
  return std::tie(a.parent, a.name) < std::tie(b.parent, b.name);
}
bool operator<(const OwnerKey& a, const OwnerKey& b) {
  return std::tie(a.owner, a.volume) < std::tie(b.owner, b.volume);
}
bool operator<(const ContainerKey& a, const ContainerKey& b) {
  return std::tie(a.container, a.parent, a.name, a.content) <
         std::tie(b.container, b.parent, b.name, b.content);
}

BOOST_AUTO_TEST_SUITE(storage_codec)

BOOST_AUTO_TEST_CASE(keys_sort_as_their_fields) {
  Generator generator(test::seed());
  std::string names[2];
  int turn = 0;
  const auto name = [&] { return std::string_view(names[turn++ % 2] = generator.string(6)); };
  check_key_order<BlockId>([&] { return generator.make<BlockId>(); });
  check_key_order<NameKey>([&] { return NameKey{ObjectId{generator.below(3)}, name()}; });
  check_key_order<OwnerKey>([&] { return OwnerKey{generator.string(4), name()}; });
  check_key_order<ContainerKey>([&] {
    return ContainerKey{ContainerId{generator.below(2)}, ObjectId{generator.below(2)},
                        generator.string(4), ObjectId{generator.below(3)}};
  });
  check_key_order<Uuid>([&] { return generator.make<Uuid>(); });
  check_key_order<ReplicaKey>([&] { return generator.make<ReplicaKey>(); });
  check_key_order<UnhealthyKey>([&] { return generator.make<UnhealthyKey>(); });
}

BOOST_AUTO_TEST_CASE(strange_keys_are_refused) {
  BOOST_TEST(!decode_key<OwnerKey>("bilbo").has_value());
  BOOST_TEST(!decode_key<OwnerKey>(std::string_view("bilbo\x00", 6)).has_value());
  BOOST_TEST(!decode_key<OwnerKey>(std::string_view("bilbo\x00\x01shire", 12)).has_value());
  BOOST_TEST(!decode_key<BlockId>("fifteen bytes..").has_value());
  BOOST_TEST(!decode_key<BlockId>("seventeen bytes..").has_value());
  BOOST_TEST(decode_key<UnhealthyKey>(std::string("eight by\x03")).has_value());
  BOOST_TEST(!decode_key<UnhealthyKey>(std::string("eight by\x04")).has_value());
  BOOST_TEST(!decode_key<UnhealthyKey>(std::string("eight by")).has_value());
}

// What is stored, under a name for the test.
template <class T>
struct Stored {
  using Value = T;
};
struct Names : Stored<NameRow> {};
struct Commands : Stored<Command> {};
struct State : Stored<StateRecord> {};
struct Containers : Stored<ContainerRecord> {};
struct Blocks : Stored<BlockRecord> {};
struct DeletedBlocks : Stored<DeletedBlockRecord> {};
struct DeletedKeys : Stored<DeletedKeyRecord> {};
struct DeletedDirectories : Stored<DeletedDirectoryRecord> {};
struct Uploads : Stored<UploadRecord> {};
struct ContainerKeys : Stored<ContainerKeyRecord> {};
struct Parents : Stored<ParentRecord> {};
struct Nodes : Stored<NodeRecord> {};
struct Replicas : Stored<ReplicaRecord> {};
struct UnhealthyOnes : Stored<UnhealthyRecord> {};
struct TaskRuns : Stored<TaskRecord> {};
using AllStored = std::tuple<Names, Commands, State, Containers, Blocks, DeletedBlocks, DeletedKeys,
                             DeletedDirectories, Uploads, ContainerKeys, Parents, Nodes, Replicas,
                             UnhealthyOnes, TaskRuns>;

BOOST_AUTO_TEST_CASE_TEMPLATE(values_come_back, OfStored, AllStored) {
  using T = OfStored::Value;
  Generator generator(test::seed());
  for (int i = 0; i < 300; ++i) {
    const std::string bytes = encoded(generator.make<T>());
    const Result<T> back = decode<T>(bytes);
    BOOST_TEST_REQUIRE(back.ok());
    BOOST_TEST(encoded(*back) == bytes);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      // On the heap and of exactly this size, so that a read beyond it is seen.
      const std::vector<char> cut(bytes.begin(), bytes.begin() + size);
      BOOST_TEST(!decode<T>(std::string_view(cut.data(), cut.size())).ok());
    }
    BOOST_TEST(!decode<T>(bytes + '\0').ok());
    std::string damaged = bytes;
    damaged[generator.below(damaged.size())] = static_cast<char>(generator.below(256));
    if (const Result<T> read = decode<T>(damaged); read.ok()) BOOST_TEST(encoded(*read) == damaged);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace dobson::storage
