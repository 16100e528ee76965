#pragma once

// Ctrl-C ends a transfer in order: what is under way is dropped, temporary files go, the summary is
// printed. A second one ends the process at once.

namespace dobson::ctl {

void watch_interrupts();

bool interrupted();

// For a command that leaves nothing behind: the first Ctrl-C ends the process.
void let_interrupts_end();

}  // namespace dobson::ctl
