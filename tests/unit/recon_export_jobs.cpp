// Jobs that write tables of unhealthy containers.

#include "handlers/recon/export_jobs.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <condition_variable>
#include <fstream>
#include <iterator>
#include <mutex>

#include "core/base/limits.h"
#include "tests/support/temporary_directory.h"

namespace dobson::recon {
namespace {

using storage::HealthState;
using storage::UnhealthyFilter;
using storage::UnhealthyPage;
using storage::UnhealthyQuery;

constexpr std::string_view header =
    "container_id,container_state,in_state_since,expected_replica_count,actual_replica_count,"
    "replica_delta\n";

// Missing containers 1 to `missing`; a page comes when it is let through.
class Source {
 public:
  explicit Source(std::uint64_t missing) : missing_(missing) {}

  UnhealthyPage page(const UnhealthyQuery& query) {
    std::unique_lock lock(mutex_);
    ++asked_;
    changed_.notify_all();
    changed_.wait(lock, [&] { return let_through_ >= asked_; });
    UnhealthyPage page;
    page.counts[static_cast<std::size_t>(HealthState::missing)] = missing_;
    const bool any = query.filter == UnhealthyFilter::missing;
    for (auto id = query.after + 1; any && id <= missing_ && page.rows.size() < query.limit; ++id) {
      page.rows.push_back({.container = storage::ContainerId{id},
                           .state = HealthState::missing,
                           .since = 7,
                           .expected = 3,
                           .actual = 1,
                           .pipeline = {},
                           .replicas = {}});
    }
    return page;
  }
  void wait_until_asked(std::uint64_t pages) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return asked_ >= pages; });
  }
  void let_through(std::uint64_t pages) {
    const std::lock_guard lock(mutex_);
    let_through_ = pages;
    changed_.notify_all();
  }

 private:
  const std::uint64_t missing_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t asked_ = 0;
  std::uint64_t let_through_ = 0;
};

struct Jobs {
  explicit Jobs(std::uint64_t missing = 3, std::uint64_t free_watermark = 0)
      : source(missing),
        jobs(
            {.directory = directory.path() / "exports", .free_watermark = free_watermark},
            [this](const UnhealthyQuery& query) { return source.page(query); }, clock) {}
  ~Jobs() { source.let_through(UINT64_MAX); }

  ExportJob wait_for_end(std::string_view id) {
    source.let_through(UINT64_MAX);
    auto job = jobs.find(id);
    while (job && job->status <= ExportStatus::running) {
      std::this_thread::yield();
      job = jobs.find(id);
    }
    BOOST_TEST_REQUIRE(job.has_value());
    return *job;
  }
  std::size_t files() const {
    std::error_code missing;
    const std::filesystem::directory_iterator all(directory.path() / "exports", missing);
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
  }

  test::TemporaryDirectory directory;
  ManualClock clock{1000};
  Source source;
  ExportJobs jobs;
};

std::string text_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

BOOST_AUTO_TEST_SUITE(recon_export_jobs, *boost::unit_test::label("tsan"))

BOOST_AUTO_TEST_CASE(a_table_of_several_pages) {
  Jobs test(limits::insight_rows + 2);
  const auto submitted = test.jobs.submit("MISSING", "id");
  BOOST_TEST_REQUIRE(submitted.ok());
  BOOST_TEST((submitted->status == ExportStatus::queued));
  BOOST_TEST(submitted->place == 1u);
  BOOST_TEST(submitted->submitted == 1000);
  const auto job = test.wait_for_end("id");
  BOOST_TEST((job.status == ExportStatus::completed));
  BOOST_TEST(job.rows == limits::insight_rows + 2u);
  BOOST_TEST(job.all.value() == job.rows);
  BOOST_TEST(job.place == 0u);
  const auto text = text_of(test.jobs.file_of(job));
  BOOST_TEST(text.starts_with("unhealthy_containers_missing_part001.csv"));
  const auto table = text.substr(512);
  BOOST_TEST(table.starts_with(std::string(header) + "1,MISSING,7,3,1,2\n2,MISSING,7,3,1,2\n"));
  BOOST_TEST(table.find("\n1002,MISSING,7,3,1,2\n") != std::string::npos);
  BOOST_TEST(std::ranges::count(table, '\n') == limits::insight_rows + 3);
}

BOOST_AUTO_TEST_CASE(progress_is_seen) {
  Jobs test(2 * limits::insight_rows);
  BOOST_TEST(test.jobs.submit("MISSING", "id").ok());
  test.source.wait_until_asked(1);
  BOOST_TEST((test.jobs.find("id")->status == ExportStatus::running));
  BOOST_TEST(!test.jobs.find("id")->all);
  test.source.let_through(1);
  test.source.wait_until_asked(2);
  const auto job = test.jobs.find("id");
  BOOST_TEST(job->rows == static_cast<std::uint64_t>(limits::insight_rows));
  BOOST_TEST(job->all.value() == 2u * limits::insight_rows);
}

BOOST_AUTO_TEST_CASE(parts_have_a_bound) {
  Jobs test(limits::export_part_rows + 1);
  BOOST_TEST(test.jobs.submit("MISSING", "id").ok());
  const auto text = text_of(test.jobs.file_of(test.wait_for_end("id")));
  const auto second = text.find("unhealthy_containers_missing_part002.csv");
  BOOST_TEST_REQUIRE(second != std::string::npos);
  BOOST_TEST(std::ranges::count(text.substr(0, second), '\n') == limits::export_part_rows + 1);
  BOOST_TEST(
      text.substr(second + 512).starts_with(std::string(header) + "500001,MISSING,7,3,1,2\n"));
}

BOOST_AUTO_TEST_CASE(states_without_containers_are_empty_tables) {
  Jobs test;
  test.source.let_through(UINT64_MAX);
  for (const std::string state : {"MIS_REPLICATED", "ALL_REPLICAS_BAD"}) {
    BOOST_TEST(test.jobs.submit(state, state).ok());
    const auto job = test.wait_for_end(state);
    BOOST_TEST((job.status == ExportStatus::completed));
    BOOST_TEST(text_of(test.jobs.file_of(job)).substr(512, header.size()) == header);
  }
  BOOST_TEST(test.jobs.find("MIS_REPLICATED")->all.value() == 0u);
  BOOST_TEST(!test.jobs.find("ALL_REPLICAS_BAD")->all);
}

BOOST_AUTO_TEST_CASE(one_of_a_state_and_a_queue_that_ends) {
  Jobs test;
  BOOST_TEST(test.jobs.submit("MISSING", "a").ok());
  test.source.wait_until_asked(1);
  BOOST_TEST((test.jobs.submit("MISSING", "again").error().code == Errc::precondition_failed));
  const std::string_view states[] = {"EMPTY_MISSING", "UNDER_REPLICATED", "OVER_REPLICATED",
                                     "MIS_REPLICATED"};
  for (const auto state : states) BOOST_TEST(test.jobs.submit(state, state).ok());
  BOOST_TEST((test.jobs.submit("NEGATIVE_SIZE", "b").error().code == Errc::overloaded));
  BOOST_TEST((test.jobs.submit("EMPTY_MISSING", "b").error().code == Errc::precondition_failed));
  std::vector<std::uint64_t> places;
  for (const auto& job : test.jobs.list()) places.push_back(job.place);
  BOOST_TEST(places == (std::vector<std::uint64_t>{0, 1, 2, 3, 4}),
             boost::test_tools::per_element());
  BOOST_TEST(test.jobs.remove("EMPTY_MISSING"));
  BOOST_TEST(test.jobs.find("MIS_REPLICATED")->place == 3u);
  BOOST_TEST(test.jobs.submit("NEGATIVE_SIZE", "b").ok());
  BOOST_TEST((test.wait_for_end("b").status == ExportStatus::completed));
  BOOST_TEST((test.jobs.submit("MISSING", "again").error().code == Errc::precondition_failed));
}

BOOST_AUTO_TEST_CASE(downloads_are_counted) {
  Jobs test;
  BOOST_TEST(test.jobs.submit("MISSING", "id").ok());
  test.wait_for_end("id");
  for (unsigned i = 0; i < limits::export_downloads; ++i)
    BOOST_TEST(test.jobs.count_download("id"));
  BOOST_TEST(!test.jobs.count_download("id"));
  BOOST_TEST(!test.jobs.count_download("none"));
  BOOST_TEST(test.jobs.find("id")->downloads == limits::export_downloads);
}

BOOST_AUTO_TEST_CASE(removal_takes_the_file) {
  Jobs test;
  BOOST_TEST(test.jobs.submit("MISSING", "id").ok());
  const auto job = test.wait_for_end("id");
  BOOST_TEST(test.files() == 1u);
  BOOST_TEST(test.jobs.remove("id"));
  BOOST_TEST(test.files() == 0u);
  BOOST_TEST(!test.jobs.remove("id"));
  BOOST_TEST(!test.jobs.find("id"));
}

BOOST_AUTO_TEST_CASE(removal_breaks_off_what_is_written) {
  Jobs test(2 * limits::insight_rows);
  BOOST_TEST(test.jobs.submit("MISSING", "id").ok());
  test.source.wait_until_asked(1);
  BOOST_TEST(test.files() == 1u);
  BOOST_TEST(test.jobs.remove("id"));
  BOOST_TEST(test.jobs.submit("MISSING", "other").ok());
  test.source.let_through(1);
  test.source.wait_until_asked(2);  // of the other one
  BOOST_TEST(test.files() == 1u);
  BOOST_TEST((test.wait_for_end("other").status == ExportStatus::completed));
}

BOOST_AUTO_TEST_CASE(a_job_that_fails_makes_room_for_another) {
  Jobs test(3, UINT64_MAX);
  BOOST_TEST(test.jobs.submit("MISSING", "id").ok());
  const auto job = test.wait_for_end("id");
  BOOST_TEST((job.status == ExportStatus::failed));
  BOOST_TEST(job.error.value() == "The disk is full.");
  BOOST_TEST(test.files() == 0u);
  BOOST_TEST(test.jobs.submit("MISSING", "other").ok());
  BOOST_TEST(!test.jobs.find("id"));
}

BOOST_AUTO_TEST_CASE(files_of_an_earlier_server_go) {
  test::TemporaryDirectory directory;
  const auto left = directory.path() / "left.tar";
  const auto others = directory.path() / "others";
  std::ofstream(left) << "left";
  std::ofstream(others) << "others";
  const SystemClock clock;
  const ExportJobs jobs({.directory = directory.path()}, {}, clock);
  BOOST_TEST(!exists(left));
  BOOST_TEST(exists(others));
}

BOOST_AUTO_TEST_CASE(the_directory_is_for_the_server_alone) {
  Jobs test;
  BOOST_TEST(test.jobs.submit("MISSING", "id").ok());
  test.wait_for_end("id");
  const auto mode = std::filesystem::status(test.directory.path() / "exports").permissions();
  BOOST_TEST((mode == std::filesystem::perms::owner_all));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace dobson::recon
