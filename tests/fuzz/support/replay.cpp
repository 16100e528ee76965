// The main of a target where there is no libFuzzer: every file of the corpus once.
// usage: fuzz_TARGET CORPUS_DIRECTORY

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

int main(int, char** argv) {
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(argv[1])) {
    std::ifstream file(entry.path(), std::ios::binary);
    std::vector<std::uint8_t> bytes{std::istreambuf_iterator(file), {}};
    bytes.shrink_to_fit();  // so that a read beyond the end is seen
    std::printf("%s\n", entry.path().c_str());
    std::fflush(stdout);  // named even if it ends the process
    LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
    ++files;
  }
  return files > 0 ? 0 : 1;
}
