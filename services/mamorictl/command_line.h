// The whole command line: what main hands over, and nothing of the parser's headers.
#ifndef MAMORI_SERVICES_MAMORICTL_COMMAND_LINE_H_
#define MAMORI_SERVICES_MAMORICTL_COMMAND_LINE_H_

#include <ostream>

#include "common/id/id.h"
#include "common/time/clock.h"

namespace mamori::ctl {

// Parses the arguments, runs the command that they name, and returns the exit code of exit_code.h.
int RunCommandLine(int argc, char** argv, const time::Clock& clock, time::Sleeper& sleeper,
                   id::IdSource& ids, std::ostream& out, std::ostream& err);

}  // namespace mamori::ctl

#endif  // MAMORI_SERVICES_MAMORICTL_COMMAND_LINE_H_
