#pragma once

// The local ends of a transfer: a file to send, a file to receive. Every descriptor is owned by one
// object and used by one thread.

#include <sys/stat.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "tools/dobsonctl/digest.h"
#include "tools/dobsonctl/http_client.h"

namespace dobson::ctl {

class Descriptor {
 public:
  explicit Descriptor(int number = -1) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~Descriptor();

  int get() const { return number_; }
  bool valid() const { return number_ >= 0; }

 private:
  int number_;
};

// A regular file, hashed when opened. Up to limits::ctl_whole_file_bytes it is kept in memory and
// sent from there; a longer one is read a second time while it is sent, and the server refuses it
// (badDigest) should it have changed in between.
class LocalFile : public Source {
 public:
  // `directory` and `flags` as for openat(2).
  static Try<LocalFile> open(int directory, const std::string& path, int flags = 0);

  std::optional<std::uint64_t> size() const override { return size_; }
  Try<std::size_t> read(std::span<char> to) override;
  bool rewind() override;

  const std::string& md5() const { return md5_; }

  // Whether somebody has written to it since it was opened.
  bool changed() const;

 private:
  LocalFile(Descriptor file, const struct stat& status);
  Try<std::size_t> read_at(std::uint64_t offset, std::span<char> to) const;
  Try<void> hash();

  Descriptor file_;
  struct stat opened_;
  std::uint64_t size_;
  std::string content_;  // all of it, if it is short
  std::string md5_;
  std::uint64_t offset_ = 0;
};

// Standard input, a device, a pipe: read once, to an end that nobody knows before. The descriptor
// stays the caller's, here as in OutputPipe.
class InputPipe : public Source {
 public:
  explicit InputPipe(int descriptor) : descriptor_(descriptor) {}

  std::optional<std::uint64_t> size() const override { return std::nullopt; }
  Try<std::size_t> read(std::span<char> to) override;
  bool rewind() override { return !begun_; }

 private:
  int descriptor_;
  bool begun_ = false;
};

// A content on its way to a place of ours, hashed as it comes.
class Receiver : public Sink {
 public:
  Try<void> write(std::string_view bytes) final;
  bool rewind() final;

  // Ends the content.
  std::string md5() { return digest_.hex(); }

 protected:
  virtual Try<void> store(std::string_view bytes) = 0;
  virtual bool forget() = 0;

 private:
  Md5 digest_;
};

class OutputPipe : public Receiver {
 public:
  explicit OutputPipe(int descriptor) : descriptor_(descriptor) {}

 private:
  Try<void> store(std::string_view bytes) override;
  bool forget() override { return !begun_; }

  int descriptor_;
  bool begun_ = false;
};

// A file that appears under its name only when it is whole: written beside it, renamed at the end,
// removed if that end never comes.
class NewFile : public Receiver {
 public:
  // `directory` must stay open for as long as the file.
  static Try<NewFile> create(int directory, std::string name);
  NewFile(NewFile&&) = default;
  ~NewFile() override;

  Try<void> commit();

 private:
  NewFile(int directory, Descriptor file, std::string name, std::string temporary);
  Try<void> store(std::string_view bytes) override;
  bool forget() override;

  int directory_;
  Descriptor file_;
  std::string name_;
  std::string temporary_;
};

}  // namespace dobson::ctl
