// What whoever keeps a file asks of whoever looks into it: what it is, whether it is malware, and a
// copy that tells nothing besides what it shows. Looking into files is never done in the process
// that holds keys: an implementation hands the bytes to another one.
#ifndef MAMORI_COMMON_INSPECTION_INSPECTOR_H_
#define MAMORI_COMMON_INSPECTION_INSPECTOR_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace mamori::inspection {

// The bytes of a file in their order, pulled by whoever needs them. Read once, by one thread.
class Source {
 public:
  virtual ~Source() = default;
  // The next bytes, at most 1 MiB; empty at the end and ever after. An error ends the inspection.
  virtual absl::StatusOr<std::string> Next() = 0;
};

// Takes the bytes of a file in their order. Written by one thread.
class Sink {
 public:
  virtual ~Sink() = default;
  // Any number of bytes. An error ends the inspection.
  virtual absl::Status Write(std::string_view bytes) = 0;
};

// What was found out about one file.
struct Inspection {
  // kClean only when all of the file was read by a scanner that is up to date; kNotScanned whenever
  // that is not so.
  enum Malware { kClean, kInfected, kNotScanned };

  // By content, never by name: lower-case "image/jpeg", at most 127 printable ASCII characters;
  // "application/octet-stream" when it is not known.
  std::string media_type;
  Malware malware = kNotScanned;
  // What was found, or why nothing was looked for. Printable, at most 200 bytes, nothing of the
  // file's own text. Empty when clean.
  std::string malware_reason;
  // Everything that `derivative` took is the cleaned copy. Without one, what it took is void.
  bool has_derivative = false;
  // Why there is none, as malware_reason. Empty when there is one.
  std::string no_derivative_reason;
};

// Thread safe; bounds how many inspections run at once by itself, and how long one takes.
class Inspector {
 public:
  virtual ~Inspector() = default;

  // Pulls `original` to its end unless it fails, and pushes the cleaned copy, if there is one. A
  // file that cannot be understood, or that breaks whoever looks into it, is an Inspection that
  // says so. Errors are those of `original` and `derivative`, unchanged, and UNAVAILABLE when
  // nothing could be looked at: then the same file is given again later. Blocks.
  virtual absl::StatusOr<Inspection> Inspect(Source& original, Sink& derivative) = 0;

  // Ends what is under way at once, and lets nothing begin any more: UNAVAILABLE. From any thread.
  virtual void Stop() = 0;
};

}  // namespace mamori::inspection

#endif  // MAMORI_COMMON_INSPECTION_INSPECTOR_H_
