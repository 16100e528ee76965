// Options: file, flags, refusals with the key, the value and what would be right.

#include "core/config/options.h"

#include <unistd.h>
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>

namespace dobson {
namespace {

constexpr Option table[] = {
    {"listen.ozone", OptionType::list, "127.0.0.1:9880", "where", {}, 0, 0, "hdds.rest"},
    {"reactors", OptionType::integer, "2", "threads", {}, 1, 64},
    {"store.map_size", OptionType::bytes, "1 TiB", "map", {}, 1 << 20},
    {"blocks.delete_delay", OptionType::duration, "10 s", "delay"},
    {"ozone.key_type_field", OptionType::flag, "true", "type"},
    {.key = "log.level",
     .type = OptionType::choice,
     .fallback = "info",
     .doc = "level",
     .choices = "error|warn|info|debug",
     .reloadable = true},
};

Result<Options> load(std::vector<std::string> sets, const char* file_text = nullptr) {
  std::optional<std::filesystem::path> file;
  if (file_text != nullptr) {
    file = std::filesystem::temp_directory_path() / ("options." + std::to_string(::getpid()));
    std::ofstream(*file) << file_text;
  }
  auto loaded = Options::load(table, file, sets);
  if (file) std::filesystem::remove(*file);
  return loaded;
}

std::string refusal(std::vector<std::string> sets, const char* file_text = nullptr) {
  auto loaded = load(std::move(sets), file_text);
  BOOST_TEST_REQUIRE(!loaded.ok());
  return loaded.error().message;
}

BOOST_AUTO_TEST_SUITE(core_options)

BOOST_AUTO_TEST_CASE(defaults) {
  const auto options = load({}).value();
  BOOST_TEST(options.list("listen.ozone").front() == "127.0.0.1:9880");
  BOOST_TEST(options.integer("store.map_size") == 1LL << 40);
  BOOST_TEST(options.integer("blocks.delete_delay") == 10'000);
  BOOST_TEST(options.flag("ozone.key_type_field"));
}

BOOST_AUTO_TEST_CASE(flags_go_over_the_file_and_the_file_over_defaults) {
  const auto options = load({"reactors=3"},
                            "reactors = 5\nlog.level = \"warn\"\n[store]\nmap_size = \"64 MiB\"\n"
                            "[listen]\nozone = [\"[::1]:1\", \"unix:/x\"]\n")
                           .value();
  BOOST_TEST(options.integer("reactors") == 3);
  BOOST_TEST(options.text("log.level") == "warn");
  BOOST_TEST(options.integer("store.map_size") == 64 << 20);
  BOOST_TEST(options.list("listen.ozone").size() == 2U);
}

BOOST_AUTO_TEST_CASE(aliases_and_lists_on_the_command_line) {
  const auto options = load({"hdds.rest=127.0.0.1:1, off"}).value();
  BOOST_TEST(options.list("listen.ozone").back() == "off");
  BOOST_TEST(load({"blocks.delete_delay=500 ms"}).value().integer("blocks.delete_delay") == 500);
  BOOST_TEST(load({"blocks.delete_delay=2min"}).value().integer("blocks.delete_delay") == 120'000);
}

BOOST_AUTO_TEST_CASE(refusals_say_what_would_be_right) {
  BOOST_TEST(refusal({"reactors=0"}) ==
             "--set: reactors = \"0\": should be an integer from 1 to 64");
  BOOST_TEST(refusal({"reactors=65"}).ends_with("from 1 to 64"));
  BOOST_TEST(refusal({"reactors=two"}).ends_with("from 1 to 64"));
  BOOST_TEST(refusal({"log.level=loud"}).ends_with("one of error|warn|info|debug"));
  BOOST_TEST(refusal({"ozone.key_type_field=1"}).ends_with("true or false"));
  BOOST_TEST(refusal({"store.map_size=9223372036854775807 TiB"}).find("a size like") !=
             std::string::npos);
  BOOST_TEST(refusal({"no.such=1"}).find("unknown option \"no.such\"") != std::string::npos);
  BOOST_TEST(refusal({"reactors"}).find("key=value") != std::string::npos);
  BOOST_TEST(refusal({}, "no = 1\n").find("unknown option \"no\"") != std::string::npos);
  BOOST_TEST(refusal({}, "a = \nb").find(":1:") != std::string::npos);
  BOOST_TEST(refusal({}, "reactors = 1.5\n")
                 .ends_with("reactors = \"1.5\": should be an integer "
                            "from 1 to 64"));
  BOOST_TEST(refusal({}, "reactors = [1, 2]\n").find("reactors = \"1, 2\"") != std::string::npos);
  BOOST_TEST(refusal({}, "reactors.two = 1\n").find("\"reactors.two\"") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(bounds_hold_at_their_ends) {
  BOOST_TEST(load({"reactors=1"}).value().integer("reactors") == 1);
  BOOST_TEST(load({"reactors=64"}).value().integer("reactors") == 64);
  BOOST_TEST(load({"store.map_size=1 MiB"}).value().integer("store.map_size") == 1 << 20);
  BOOST_TEST(!load({"store.map_size=1048575"}).ok());
}

BOOST_AUTO_TEST_CASE(what_a_reload_cannot_change_is_named) {
  const auto now = load({}).value();
  const auto fixed = now.fixed_changes(load({"log.level=warn", "reactors=3"}).value());
  BOOST_TEST(fixed == std::vector<std::string_view>{"reactors"}, boost::test_tools::per_element());
  BOOST_TEST(now.fixed_changes(now).empty());
}

BOOST_AUTO_TEST_CASE(the_example_file_is_a_file_of_defaults) {
  std::string file;
  const std::string example = example_file(table);
  for (std::string_view text = example; !text.empty();) {
    const auto line = text.substr(0, text.find('\n') + 1);
    text.remove_prefix(line.size());
    if (line.find(" = ") != line.npos) file += line.substr(2);
  }
  const auto options = load({}, file.c_str()).value();
  BOOST_TEST(load({}).value().fixed_changes(options).empty());
  BOOST_TEST(options.text("log.level") == "info");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace dobson
