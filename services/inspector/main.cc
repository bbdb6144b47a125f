// The worker that a service starts for each file that it looks into.
#include "services/inspector/cleaner.h"
#include "services/inspector/media_type.h"
#include "services/inspector/worker.h"

int main(int argc, char** argv) {
  return mamori::inspector::WorkerMain(
      argc, argv, {mamori::inspector::MagicMediaType, mamori::inspector::RunMat2});
}
