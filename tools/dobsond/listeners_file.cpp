#include "tools/dobsond/listeners_file.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <fstream>
#include <system_error>

#include "http/json/writer.h"

namespace dobson {

ListenersFile::ListenersFile(const std::filesystem::path& data, const Listeners& listeners)
    : path_(data / "listeners.json") {
  auto& json = http::JsonWriter::begin();
  json.object().key("pid").integer(::getpid()).key("listeners").object();
  for (const auto& [family, addresses] : listeners) {
    json.key(family).array();
    for (const std::string& address : addresses) {
      json.string(address);
      std::printf("%s listens on %s\n", family.c_str(), address.c_str());
    }
    json.end_array();
  }
  json.end_object().end_object();
  std::fflush(stdout);

  std::filesystem::path whole = path_;
  whole += ".new";
  if (!(std::ofstream(whole) << json.text() << '\n').flush()) {
    throw std::system_error(errno, std::generic_category(), whole.string());
  }
  std::filesystem::rename(whole, path_);
}

ListenersFile::~ListenersFile() {
  std::error_code ignored;
  std::filesystem::remove(path_, ignored);
}

}  // namespace dobson
