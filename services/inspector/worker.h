// The worker: it reads one file from the service, tells its type and hands back a cleaned copy,
// each made by a child, and ends. It parses nothing itself.
#ifndef MAMORI_SERVICES_INSPECTOR_WORKER_H_
#define MAMORI_SERVICES_INSPECTOR_WORKER_H_

#include "services/inspector/cleaner.h"
#include "services/inspector/media_type.h"

namespace mamori::inspector {

struct Parsers {
  MakeMediaType make_media_type;
  Clean clean;
};

// The whole of main: the command line is what common/inspection/worker_process.cc writes, the
// service is at descriptor 0. Exit code 2 for a command line, 3 when it cannot shut itself in, 4
// when the service speaks otherwise than agreed.
int WorkerMain(int argc, char** argv, const Parsers& parsers);

}  // namespace mamori::inspector

#endif  // MAMORI_SERVICES_INSPECTOR_WORKER_H_
