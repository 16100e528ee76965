#include "tools/dobsond/listeners_file.h"

#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <system_error>

#include "core/log/log.h"
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
  std::error_code error;
  if ((std::ofstream(whole) << json.text() << '\n').flush()) {
    std::filesystem::rename(whole, path_, error);
    if (!error) return;
  }
  // A full disk is no reason not to serve.
  log::warn("listen", "{} is not written: see where it listens above", path_.native());
}

ListenersFile::~ListenersFile() {
  std::error_code ignored;
  std::filesystem::remove(path_, ignored);
}

}  // namespace dobson
