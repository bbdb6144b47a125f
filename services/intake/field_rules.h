// The checks that fields of requests share. Pure.
#ifndef MAMORI_SERVICES_INTAKE_FIELD_RULES_H_
#define MAMORI_SERVICES_INTAKE_FIELD_RULES_H_

#include <google/protobuf/timestamp.pb.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/status/errors.h"

namespace mamori::intake {

// Where a field stands. A path is spelled out only when something is wrong, so that a good request
// costs no allocation.
class Path {
 public:
  explicit Path(const char* name, int index = -1) : name_(name), index_(index) {}
  Path(const Path& parent, const char* name) : parent_(&parent), name_(name) {}
  Path(const Path& parent, const char* name, int index)
      : parent_(&parent), name_(name), index_(index) {}
  std::string Text() const;

 private:
  const Path* const parent_ = nullptr;
  const char* const name_;
  const int index_ = -1;
};

enum class Presence { kOptional, kRequired };
enum class Unit { kBytes, kCharacters };

class FieldRules {
 public:
  explicit FieldRules(absl::Time now) : now_(now) {}

  // Valid UTF-8 of at most `limit` units without control characters (tab and line breaks are none
  // here).
  void Text(const Path& path, std::string_view text, size_t limit, Unit unit, Presence presence);
  void Language(const Path& path, std::string_view text);
  void Company(const Path& path, std::string_view text, Presence presence);
  void Url(const Path& path, std::string_view text);
  // "collection/{id}".
  void Name(const Path& path, std::string_view collection, std::string_view text,
            Presence presence);
  void RequestId(std::string_view text);
  void Number(const Path& path, int64_t number, int64_t least, int64_t most);
  void Count(const Path& path, int count, int least, int most);
  // A range that the enum has, and not its zero when required.
  void Enum(const Path& path, int number, bool known, Presence presence);
  // A valid time not after `now` by more than the tolerance; false when it is not.
  bool PastTime(const Path& path, const google::protobuf::Timestamp& time,
                absl::Duration tolerance);
  // A valid time; false when it is not.
  bool Time(const Path& path, const google::protobuf::Timestamp& time);
  void Add(const Path& path, std::string description);

  absl::Status Status() const { return violations_.Status(); }

 private:
  const absl::Time now_;
  status::Violations violations_;
};

}  // namespace mamori::intake

#endif  // MAMORI_SERVICES_INTAKE_FIELD_RULES_H_
