// What is wrong with a container (spec/recon.md §4.5.1).

#include <boost/test/unit_test.hpp>
#include <vector>

#include "storage/cluster/health_rules.h"

namespace dobson::storage {
namespace {

using enum ReplicaState;
using States = std::vector<ReplicaState>;

std::optional<Judgement> judged(unsigned copies, const States& replicas, bool has_keys,
                                ContainerState state = ContainerState::closed) {
  ContainerRow container{ContainerId{1}, state};
  container.keys = has_keys ? 1 : 0;
  container.replication = copies == 1 ? Replication::one : Replication::three;
  return judge(container, replicas);
}

BOOST_AUTO_TEST_SUITE(cluster_rules)

BOOST_AUTO_TEST_CASE(as_many_healthy_replicas_as_are_required) {
  for (const ReplicaState state : {open, closing, closed}) {
    BOOST_TEST(!judged(1, States{state}, true).has_value());
    BOOST_TEST(!judged(3, States{state, state, state}, true).has_value());
  }
  BOOST_TEST(!judged(3, States{closed, closed, unhealthy, closed}, true).has_value());
}

BOOST_AUTO_TEST_CASE(no_replica_at_all) {
  BOOST_TEST((judged(1, {}, true) == Judgement{HealthState::missing, 1, 0}));
  BOOST_TEST((judged(3, {}, true) == Judgement{HealthState::missing, 3, 0}));
  BOOST_TEST((judged(3, {}, false) == Judgement{HealthState::empty_missing, 3, 0}));
}

BOOST_AUTO_TEST_CASE(a_container_that_goes_misses_nothing) {
  for (const ContainerState state : {ContainerState::deleting, ContainerState::deleted}) {
    BOOST_TEST(!judged(3, {}, true, state).has_value());
    BOOST_TEST(!judged(3, States{ReplicaState::closed}, true, state).has_value());
  }
}

BOOST_AUTO_TEST_CASE(too_few) {
  BOOST_TEST(
      (judged(1, States{unhealthy}, true) == Judgement{HealthState::under_replicated, 1, 0}));
  BOOST_TEST(
      (judged(3, States{closed, closed}, true) == Judgement{HealthState::under_replicated, 3, 2}));
  BOOST_TEST((judged(3, States{closed, unhealthy, closed}, false) ==
              Judgement{HealthState::under_replicated, 3, 2}));
  BOOST_TEST((judged(3, States{open}, true) == Judgement{HealthState::under_replicated, 3, 1}));
}

BOOST_AUTO_TEST_CASE(too_many) {
  BOOST_TEST(
      (judged(1, States{closed, closed}, true) == Judgement{HealthState::over_replicated, 1, 2}));
  BOOST_TEST((judged(3, States{closed, closed, closed, closed, unhealthy}, true) ==
              Judgement{HealthState::over_replicated, 3, 4}));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace dobson::storage
