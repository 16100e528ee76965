// dobsonctl: rates, the time left, and the line that shows them.

#include "tools/dobsonctl/progress.h"

#include <boost/test/unit_test.hpp>

namespace dobson::ctl {
namespace {

constexpr std::uint64_t MiB = 1024 * 1024;

BOOST_AUTO_TEST_SUITE(dobsonctl_progress)

BOOST_AUTO_TEST_CASE(a_steady_rate_is_shown_as_it_is) {
  RateMeter meter;
  BOOST_TEST(meter.seconds_left() < 0);
  const Amount total = {.keys = 1000, .bytes = 100 * MiB};
  for (int tenth = 1; tenth <= 50; ++tenth) {
    const auto tenths = static_cast<std::uint64_t>(tenth);
    meter.update(tenth / 10.0, {.keys = 10 * tenths, .bytes = tenths * MiB}, total);
  }
  BOOST_TEST(meter.bytes_per_second() == 10.0 * MiB, boost::test_tools::tolerance(1e-6));
  BOOST_TEST(meter.keys_per_second() == 100.0, boost::test_tools::tolerance(1e-6));
  BOOST_TEST(meter.part_done() == 0.5, boost::test_tools::tolerance(1e-6));
  BOOST_TEST(meter.seconds_left() == 5.0, boost::test_tools::tolerance(1e-6));
}

BOOST_AUTO_TEST_CASE(a_rate_forgets_what_is_long_past) {
  RateMeter meter;
  const Amount total = {.keys = 10, .bytes = 1000 * MiB};
  std::uint64_t bytes = 0;
  double seconds = 0;
  const auto run = [&](int count, std::uint64_t step) {
    for (int i = 0; i < count; ++i)
      meter.update(seconds += 0.1, {.keys = 0, .bytes = bytes += step}, total);
  };
  run(100, MiB);
  run(400, MiB / 10);
  BOOST_TEST(meter.bytes_per_second() == 1.0 * MiB, boost::test_tools::tolerance(0.01));
}

BOOST_AUTO_TEST_CASE(nothing_to_do_is_all_done) {
  RateMeter meter;
  meter.update(1, {}, {});
  BOOST_TEST(meter.part_done() == 1.0);
}

BOOST_AUTO_TEST_CASE(the_line_fits_the_terminal) {
  RateMeter meter;
  const ProgressState state = {.verb = "load",
                               .done = {.keys = 1234, .bytes = 5 * MiB},
                               .total = {.keys = 47270, .bytes = 10 * MiB},
                               .failed = 3};
  meter.update(1, state.done, state.total);
  for (std::size_t width = 1; width <= 200; ++width)
    BOOST_TEST(progress_line(state, meter, width).size() < width);
  const std::string wide = progress_line(state, meter, 200);
  for (const char* part :
       {"load", "1,234/47,270 keys", "5.0 MiB/10.0 MiB", "5.0 MiB/s", "left", "3 failed", "[", "]"})
    BOOST_TEST(wide.find(part) != std::string::npos, part);
  const std::string plain = progress_line(state, meter, 0);
  BOOST_TEST(plain.find('[') == std::string::npos);
  BOOST_TEST(plain.ends_with("3 failed"));
}

BOOST_AUTO_TEST_CASE(a_narrow_line_keeps_the_bar_the_rate_and_the_time_left) {
  RateMeter meter;
  const ProgressState state = {.verb = "load",
                               .done = {.keys = 20'699, .bytes = 443 * MiB},
                               .total = {.keys = 54'010, .bytes = 710 * MiB}};
  meter.update(10, state.done, state.total);
  const std::string line = progress_line(state, meter, 80);
  for (const char* part : {"[", "]", "20,699/54,010 keys", "44.3 MiB/s", " left"})
    BOOST_TEST(line.find(part) != std::string::npos, part);
  const std::string narrow = progress_line(state, meter, 50);
  for (const char* part : {"[", "]", "MiB/s", " left"})
    BOOST_TEST(narrow.find(part) != std::string::npos, part);
  BOOST_TEST(narrow.find("keys") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(without_a_total_there_is_no_part_and_no_time_left) {
  RateMeter meter;
  const ProgressState state = {
      .verb = "du", .done = {.keys = 20'000}, .total = {}, .has_end = false};
  meter.update(4, state.done, state.total);
  BOOST_TEST(progress_line(state, meter, 0) == "du  20,000 keys  5000 keys/s");
  for (std::size_t width = 1; width <= 80; ++width)
    BOOST_TEST(progress_line(state, meter, width).size() < width);
}

BOOST_AUTO_TEST_CASE(a_single_key_is_not_counted) {
  RateMeter meter;
  const std::string line = progress_line(
      {.verb = "put", .done = {.bytes = MiB}, .total = {.keys = 1, .bytes = 2 * MiB}}, meter, 0);
  BOOST_TEST(line.find("keys") == std::string::npos);
  BOOST_TEST(line.find("1.0 MiB/2.0 MiB") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace dobson::ctl
