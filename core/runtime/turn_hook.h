#pragma once

// Every entry of a reactor's event loop into our code is a *turn*. What must not outlive one, a
// read transaction above all (design.md §2), is given back by a hook, before the loop waits again.

namespace dobson {

class TurnHook {
 public:
  virtual void turn_ended() = 0;

 protected:
  ~TurnHook() = default;
};

}  // namespace dobson
