// put and get.

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/dobsonctl/commands.h"
#include "tools/dobsonctl/requests.h"
#include "tools/dobsonctl/text.h"
#include "tools/dobsonctl/wire.h"

namespace dobson::ctl {

namespace {

std::string_view last_part(std::string_view path) {
  while (path.ends_with('/')) path.remove_suffix(1);
  return path.substr(path.rfind('/') + 1);
}

Try<void> send_pipe(const Context& context, int descriptor, const Path& key) {
  InputPipe input(descriptor);
  Client client(context.server);
  TRY(client.perform({.method = "PUT", .target = key.target(), .source = &input}));
  return {};
}

Try<void> send_file(const Context& context, const std::string& file, const Path& key) {
  auto opened = LocalFile::open(AT_FDCWD, file);
  if (!opened.ok()) {
    opened.error().reason = fmt::format("{}: {}", printable(file), opened.error().reason);
    return std::move(opened).error();
  }
  Progress progress("put", {.keys = 1, .bytes = *opened->size()});
  Client client(context.server, [&progress](std::int64_t bytes) { progress.moved(bytes); });
  return upload(client, key, *opened);
}

Try<void> receive(const Context& context, const Path& key, std::uint64_t size, Receiver& receiver) {
  Progress progress("get", {.keys = 1, .bytes = size});
  Client client(context.server, [&progress](std::int64_t bytes) { progress.moved(bytes); });
  TRY(download(client, key, receiver));
  return {};
}

Try<void> receive_file(const Context& context, const Path& key, std::uint64_t size,
                       const std::string& file) {
  const std::size_t slash = file.rfind('/');
  const std::string parent = slash == std::string::npos ? "." : file.substr(0, slash + 1);
  const Descriptor directory(::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory.valid()) return system_failure(fmt::format("cannot open '{}'", parent));
  NewFile received = TRY(NewFile::create(directory.get(), std::string(last_part(file))));
  TRY(receive(context, key, size, received));
  return received.commit();
}

}  // namespace

Try<Exit> put(const Context& context, const std::string& file, const std::string& text) {
  Path key = TRY(parse_path(text));
  const bool standard_input = file == "-";
  struct stat status = {};
  const bool pipe = !standard_input && stat(file.c_str(), &status) == 0 &&
                    (S_ISFIFO(status.st_mode) || S_ISCHR(status.st_mode));
  if (!standard_input && (key.key.empty() || key.key.ends_with('/'))) key.key += last_part(file);
  if (key.bucket.empty() || key.key.empty())
    return usage_failure(
        fmt::format("'{}' is not a key: write /VOLUME/BUCKET/KEY", printable(text)));
  if (standard_input) {
    TRY(send_pipe(context, STDIN_FILENO, key));
  } else if (pipe) {
    const Descriptor opened(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
    if (!opened.valid()) return system_failure(fmt::format("cannot open '{}'", printable(file)));
    TRY(send_pipe(context, opened.get(), key));
  } else {
    TRY(send_file(context, file, key));
  }
  return Exit::done;
}

Try<Exit> get(const Context& context, const std::string& text, const std::string& file) {
  const Path key = TRY(parse_key(text));
  std::string place = file.empty() ? std::string(last_part(key.key)) : file;
  struct stat status = {};
  bool exists = stat(place.c_str(), &status) == 0;
  if (file.empty() && (exists || !not_a_local_name(place).empty()))
    return usage_failure(
        fmt::format("'{0}' exists, or cannot be a file: name the file to write, "
                    "as in 'dobsonctl get {1} FILE'",
                    printable(place), printable(text)));
  if (exists && S_ISDIR(status.st_mode)) {
    place += "/" + std::string(last_part(key.key));
    exists = stat(place.c_str(), &status) == 0;
  }
  Client client(context.server);
  const Reply about =
      TRY(client.perform({.method = "GET", .target = key.target() + "?info=key-detail"}));
  const std::uint64_t size = TRY(parse_key_detail(about.body)).key.size;

  if (place == "-") {
    OutputPipe output(STDOUT_FILENO);
    TRY(download(client, key, output));
  } else if (exists && !S_ISREG(status.st_mode)) {
    const Descriptor device(::open(place.c_str(), O_WRONLY | O_CLOEXEC));
    if (!device.valid()) return system_failure(fmt::format("cannot open '{}'", place));
    OutputPipe output(device.get());
    TRY(receive(context, key, size, output));
  } else {
    TRY(receive_file(context, key, size, place));
  }
  return Exit::done;
}

}  // namespace dobson::ctl
