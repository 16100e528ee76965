// `local/` and the identity of a directory of object bytes.

#include <boost/test/unit_test.hpp>
#include <fstream>

#include "storage/blocks/node_file.h"
#include "storage/catalog/local.h"
#include "tests/support/temporary_directory.h"

namespace dobson::storage {
namespace {

namespace fs = std::filesystem;

struct Local {
  LocalRows rows() {
    auto opened = open_local(directory.path());
    BOOST_TEST_REQUIRE(opened.ok());
    return std::move(opened->rows);
  }
  void save_rows(const LocalRows& changes) {
    auto opened = open_local(directory.path());
    BOOST_TEST_REQUIRE(opened.ok());
    save(*opened->env, changes);
  }

  test::TemporaryDirectory directory;
  fs::path path = directory.path() / "local";
  LocalRows some{.nodes = {{{1, 2}, NodeRecord{"host", "/disk", 3}}},
                 .replicas = {{{ContainerId{4}, {1, 2}}, ReplicaRecord{}}},
                 .unhealthy = {{{ContainerId{4}}, UnhealthyRecord{5, 1, 0}}},
                 .tasks = {{{"task"}, TaskRecord{6, true}}}};
};

BOOST_FIXTURE_TEST_SUITE(storage_local, Local)

BOOST_AUTO_TEST_CASE(rows_come_back_and_go) {
  BOOST_TEST(rows().empty());
  save_rows(some);
  const LocalRows found = rows();
  BOOST_TEST(found.nodes.at({1, 2})->directory == "/disk");
  BOOST_TEST(found.replicas.size() == 1u);
  BOOST_TEST(found.unhealthy.begin()->second->since == 5);
  BOOST_TEST(found.tasks.at({"task"})->failed);
  save_rows({.nodes = {{{1, 2}, std::nullopt}}, .replicas = {}, .unhealthy = {}, .tasks = {}});
  BOOST_TEST(rows().nodes.empty());
  BOOST_TEST(rows().replicas.size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_lost_one_is_made_anew) {
  save_rows(some);
  fs::remove_all(path);
  BOOST_TEST(rows().empty());
}

BOOST_AUTO_TEST_CASE(a_damaged_one_is_put_aside) {
  for (int time = 0; time < 2; ++time) {
    save_rows(some);
    std::ofstream(path / "data.mdb") << std::string(8192, 'x');
    BOOST_TEST(rows().empty());
    BOOST_TEST(fs::exists(directory.path() / "local.damaged" / "data.mdb"));
  }
}

BOOST_AUTO_TEST_CASE(a_damaged_row_is_damage) {
  {
    auto opened = open_local(directory.path());
    WriteTxn txn(*opened->env);
    txn.put(catalog::nodes.index, encode_key(Uuid{1, 2}), "not a node");
    txn.commit();
  }
  BOOST_TEST(rows().empty());
  BOOST_TEST(fs::exists(directory.path() / "local.damaged"));
}

BOOST_AUTO_TEST_CASE(a_newer_one_is_refused) {
  {
    auto opened = open_local(directory.path());
    WriteTxn txn(*opened->env);
    put(txn, catalog::local_meta, MetaKey{}, LocalRecord{local_schema + 1});
    txn.commit();
  }
  const auto opened = open_local(directory.path());
  BOOST_TEST_REQUIRE(!opened.ok());
  BOOST_TEST(opened.error().message.find("newer Dobson: schema 2") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_directory_keeps_its_uuid_until_it_is_lost) {
  const fs::path blocks = directory.path() / "blocks";
  fs::create_directory(blocks);
  BOOST_TEST(!read_node_file(blocks).has_value());
  const Uuid first = open_node_file(blocks).value();
  BOOST_TEST((open_node_file(blocks).value() == first));
  BOOST_TEST((read_node_file(blocks) == first));
  std::ofstream(blocks / "node") << "dobson";
  BOOST_TEST(!read_node_file(blocks).has_value());
  const Uuid second = open_node_file(blocks).value();
  BOOST_TEST((second != first));
  fs::remove_all(blocks);
  BOOST_TEST(!open_node_file(blocks).ok());
}

BOOST_AUTO_TEST_CASE(uuids_as_text) {
  const Uuid uuid{0x0f6c2f0e0a634a56, 0x8a0f2f0a2f3a9d11};
  BOOST_TEST(text_of(uuid) == "0f6c2f0e-0a63-4a56-8a0f-2f0a2f3a9d11");
  BOOST_TEST((parse_uuid(text_of(uuid)) == uuid));
  BOOST_TEST((parse_uuid("0F6C2F0E-0A63-4A56-8A0F-2F0A2F3A9D11") == uuid));
  for (const char* text :
       {"", "0f6c2f0e", "0f6c2f0e-0a63-4a56-8a0f-2f0a2f3a9d1",
        "0f6c2f0e-0a63-4a56-8a0f-2f0a2f3a9d1g", "0f6c2f0e00a63-4a56-8a0f-2f0a2f3a9d11",
        "0f6c2f0e-0a63-4a56-8a0f-2f0a2f3a9d111", "+f6c2f0e-0a63-4a56-8a0f-2f0a2f3a9d11",
        "0f6c2f0e-0a63-4a56--a0f-2f0a2f3a9d11"}) {
    BOOST_TEST(!parse_uuid(text).has_value(), text);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace dobson::storage
