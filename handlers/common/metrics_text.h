#pragma once

// The Prometheus text format, version 0.0.4.

#include <fmt/format.h>

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace dobson {

class MetricsText {
 public:
  using Labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

  void counter(std::string_view name, std::string_view help) { begin(name, "counter", help); }
  void gauge(std::string_view name, std::string_view help) { begin(name, "gauge", help); }

  // Of the metric begun last.
  void sample(std::uint64_t value, Labels labels = {}) { line(labels, fmt::to_string(value)); }
  void sample(double value, Labels labels = {}) { line(labels, fmt::to_string(value)); }

  const std::string& text() const { return text_; }

 private:
  void begin(std::string_view name, std::string_view type, std::string_view help);
  void line(Labels labels, std::string_view value);

  std::string_view name_;
  std::string text_;
};

}  // namespace dobson
