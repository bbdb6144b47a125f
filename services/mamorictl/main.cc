// mamorictl: Mamori from the command line, for people and scripts.
#include <iostream>

#include "common/crypto/wiped_heap.h"
#include "common/id/id.h"
#include "common/time/clock.h"
#include "services/mamorictl/command_line.h"

int main(int argc, char** argv) {
  mamori::crypto::WipeWhatIsFreed();
  const mamori::time::SystemClock clock;
  mamori::time::SystemSleeper sleeper;
  mamori::id::RandomIdSource ids;
  return mamori::ctl::RunCommandLine(argc, argv, clock, sleeper, ids, std::cout, std::cerr);
}
