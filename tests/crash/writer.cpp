// A program to be recorded: `crash_writer MODE DIR`. Before it goes on from a reply, which is one
// byte out, it waits for one byte in, so that the reader knows where in the recording it stands.
//
//   synced    write, fdatasync, reply
//   early     write, reply, fdatasync: it promises too early
//   threads   threads write each place of a file at once; no reply
//   calls     every call that the recorder knows, once; no reply

#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <barrier>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>
#include <vector>

#include "tests/crash/writer.h"

namespace {

using namespace dobson::crash;

template <class Result>
Result must(Result result) {
  if (result >= 0) return result;
  std::perror("crash_writer");
  std::exit(1);
}

void reply() {
  char byte = '.';
  must(write(STDOUT_FILENO, &byte, 1));
  must(read(STDIN_FILENO, &byte, 1));
}

// Makes the names in the directory durable: what is lost afterwards was lost by a write.
void sync_names() {
  const int here = must(open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  must(fsync(here));
  must(close(here));
}

void write_records(bool early) {
  const int fd = must(open(writer_file, O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  sync_names();
  for (uint64_t n = 0; n < writer_records; ++n) {
    must(pwrite(fd, record_of(n).data(), record_size, n * record_size));
    if (early) reply();
    must(fdatasync(fd));
    if (!early) reply();
  }
  must(close(fd));
}

void race() {
  constexpr int thread_count = 4;
  constexpr uint64_t places = 10 * writer_records;
  const int fd = must(open(writer_file, O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  std::barrier together(thread_count);
  std::vector<std::thread> threads;
  for (uint64_t thread = 0; thread < thread_count; ++thread)
    threads.emplace_back([fd, thread, &together] {
      for (uint64_t n = 0; n < places; ++n) {
        together.arrive_and_wait();
        must(pwrite(fd, record_of(thread).data(), record_size, n * record_size));
        if (n % 128 == thread) must(fdatasync(fd));
      }
    });
  for (std::thread& thread : threads) thread.join();
  must(close(fd));
}

void make_every_call() {
  namespace fs = std::filesystem;
  const int here = must(open(".", O_RDONLY | O_DIRECTORY));
  must(mkdir("made", 0700));
  must(mkdirat(here, "made/at", 0700));
  fs::create_directories("made/by/library");

  const int fd = must(open("first", O_RDWR | O_CREAT, 0600));
  std::string text(3000, 'a');
  std::string more(5000, 'b');
  const iovec parts[] = {{text.data(), text.size()}, {more.data(), more.size()}};
  must(write(fd, text.data(), text.size()));
  must(writev(fd, parts, 2));
  must(pwrite(fd, more.data(), more.size(), 100'000));
  must(pwritev(fd, parts, 2, 200'001));
  must(ftruncate(fd, 203'000));
  must(ftruncate(fd, 400'000));
  must(-posix_fallocate(fd, 0, 1 << 20));
  must(fallocate(fd, 0, 1 << 20, 1 << 20));
  must(fallocate(fd, FALLOC_FL_KEEP_SIZE, 2 << 20, 1 << 20));
  must(fallocate(fd, FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE, 1000, 4096));
  must(close(fd));

  const int end = must(openat(here, "first", O_WRONLY | O_APPEND | O_DSYNC));
  must(write(end, text.data(), text.size()));
  must(close(end));

  must(close(must(open("second", O_WRONLY | O_CREAT, 0640))));
  must(rename("first", "made/first"));
  must(renameat(here, "second", here, "first"));
  must(rename("made", "moved"));
  must(rmdir("moved/at"));
  must(close(must(openat(here, "third", O_WRONLY | O_CREAT, 0600))));
  must(unlinkat(here, "third", 0));
  must(close(must(open("fourth", O_WRONLY | O_CREAT, 0600))));
  must(unlink("fourth"));
  must(close(must(open("fifth", O_WRONLY | O_CREAT, 0600))));
  fs::remove("fifth");
  fs::remove_all("moved/by");
  int ends[2];  // in the numbers of the directories that were just closed
  must(pipe(ends));
  must(write(ends[1], text.data(), text.size()));

  std::ofstream("stream") << text;
  std::ofstream("stream", std::ios::app) << more;
  const int event = must(eventfd(0, 0));  // in the number of the stream that was just closed
  const uint64_t one = 1;
  must(write(event, &one, sizeof(one)));
  fs::rename("stream", "moved/stream");

  const int again = must(open("sixth", O_WRONLY | O_CREAT, 0600));
  must(write(again, more.data(), more.size()));
  must(fsync(again));
  must(close(again));
  must(close(must(open("sixth", O_WRONLY | O_CREAT | O_TRUNC, 0600))));
  must(fsync(here));
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 3) return 2;
  const std::string mode = arguments[1];
  must(mkdir(arguments[2], 0700));
  must(chdir(arguments[2]));
  if (mode == "synced") write_records(false);
  if (mode == "early") write_records(true);
  if (mode == "threads") race();
  if (mode == "calls") make_every_call();
  return 0;
}
