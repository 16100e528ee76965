#pragma once

// Ctrl-C ends a transfer in order: what is under way is dropped, temporary files go, the summary is
// printed. A second one ends the process at once.

namespace dobson::ctl {

void watch_interrupts();

bool interrupted();

}  // namespace dobson::ctl
