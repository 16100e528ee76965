#include "tools/dobsond/listeners_file.h"

#include <unistd.h>

#include <cstdio>
#include <fstream>

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
  std::ofstream(whole) << json.text() << '\n';
  std::filesystem::rename(whole, path_);
}

ListenersFile::~ListenersFile() {
  std::error_code ignored;
  std::filesystem::remove(path_, ignored);
}

}  // namespace dobson
