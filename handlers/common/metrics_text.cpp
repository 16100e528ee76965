#include "handlers/common/metrics_text.h"

#include <iterator>

namespace dobson {

void MetricsText::begin(std::string_view name, std::string_view type, std::string_view help) {
  name_ = name;
  fmt::format_to(std::back_inserter(text_), "# HELP {0} {2}\n# TYPE {0} {1}\n", name, type, help);
}

// Label values here are names of ours; none needs an escape.
void MetricsText::line(Labels labels, std::string_view value) {
  text_ += name_;
  char before = '{';
  for (const auto& [name, label] : labels) {
    fmt::format_to(std::back_inserter(text_), "{}{}=\"{}\"", before, name, label);
    before = ',';
  }
  if (labels.size() > 0) text_ += '}';
  fmt::format_to(std::back_inserter(text_), " {}\n", value);
}

}  // namespace dobson
