// A report told by flags.
#ifndef MAMORI_SERVICES_MAMORICTL_REPORT_FLAGS_H_
#define MAMORI_SERVICES_MAMORICTL_REPORT_FLAGS_H_

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <memory>

#include "mamori/v1/report.pb.h"

namespace mamori::ctl {

// Adds the flags of a report to `command`; none goes together with `file`. The message is filled
// while the command line is parsed.
std::shared_ptr<mamori::v1::Report> AddReportFlags(CLI::App& command, CLI::Option& file);

// A flag with an RFC 3339 time, which is given to `set`.
CLI::Option* AddTimeFlag(CLI::App& command, const std::string& flag, const std::string& help,
                         std::function<void(const google::protobuf::Timestamp&)> set);

}  // namespace mamori::ctl

#endif  // MAMORI_SERVICES_MAMORICTL_REPORT_FLAGS_H_
