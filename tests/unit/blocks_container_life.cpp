// Containers without blocks go, with their files; what the server's end left is gone on with.

#include "storage/jobs/container_life.h"

#include <boost/test/unit_test.hpp>

#include "tests/support/local_blocks.h"

namespace dobson::storage {
namespace {

using test::pattern;

// Objects in more than one container, of which the first is CLOSED.
struct Lives : test::LocalBlocks {
  Lives() {
    do {
      objects.push_back(put(pattern(options.block_bytes)));
    } while (container_of(objects.back()) == container_of(objects.front()));
    first = container_of(objects.front());
    state.wait_until_closed(first);
  }

  static ContainerId container_of(const WrittenObject& object) {
    return object.blocks.at(0).id.container;
  }

  ContainerState state_of(ContainerId id) {
    for (const ContainerRow& row : state.containers()) {
      if (row.id == id) return row.state;
    }
    throw std::out_of_range("no such container");
  }

  void forget_objects_of(ContainerId id) {
    for (const WrittenObject& object : objects) {
      if (container_of(object) == id) state.forget(object.blocks);
    }
  }

  std::vector<WrittenObject> objects;
  ContainerId first;
};

BOOST_FIXTURE_TEST_SUITE(blocks_container_life, Lives)

BOOST_AUTO_TEST_CASE(an_empty_one_goes_when_it_is_closed) {
  const ContainerId open = container_of(objects.back());
  ContainerLife life(*store, state, state);
  life.run_once();
  BOOST_TEST((state_of(first) == ContainerState::closed));

  forget_objects_of(first);
  forget_objects_of(open);
  life.run_once();
  BOOST_TEST((state_of(first) == ContainerState::deleted));
  BOOST_TEST(!std::filesystem::exists(file(first)));
  BOOST_TEST((state_of(open) == ContainerState::open));
  BOOST_TEST(std::filesystem::exists(file(open)));
  reopen();
  BOOST_TEST(!std::filesystem::exists(file(first)));
}

BOOST_AUTO_TEST_CASE(one_whose_file_cannot_be_removed_stays_on_its_way) {
  forget_objects_of(first);
  std::filesystem::remove(file(first));
  std::filesystem::create_directory(file(first));
  ContainerLife life(*store, state, state);
  life.run_once();
  BOOST_TEST((state_of(first) == ContainerState::deleting));
  std::filesystem::remove(file(first));
  ContainerLife(*store, state, state).run_once();
  BOOST_TEST((state_of(first) == ContainerState::deleted));
}

BOOST_AUTO_TEST_CASE(one_that_was_closing_at_the_end_of_the_server_is_closed) {
  ContainerLife life(*store, state, state);
  const auto early = writer(1);
  BOOST_REQUIRE(early->append(pattern(1)).ok());
  const ContainerId closing = container_of(objects.back());
  while (state_of(closing) == ContainerState::open) put(pattern(options.block_bytes));
  life.run_once();
  BOOST_TEST((state_of(closing) == ContainerState::closed));

  ContainerLife later(*store, state, state);
  later.run_once();
  state.move(closing, ContainerState::closing);
  later.run_once();
  BOOST_TEST((state_of(closing) == ContainerState::closing));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace dobson::storage
