// Flags whose values are the names of a proto enum.
#ifndef MAMORI_SERVICES_MAMORICTL_ENUM_FLAG_H_
#define MAMORI_SERVICES_MAMORICTL_ENUM_FLAG_H_

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <string>
#include <vector>

#include "services/mamorictl/output.h"

namespace mamori::ctl {

// `set` is called with the value, once for each when the flag may be repeated.
template <typename E, typename F>
CLI::Option* AddEnumFlag(CLI::App& command, const std::string& flag, const std::string& help,
                         F set) {
  const auto* type = google::protobuf::GetEnumDescriptor<E>();
  return command
      .add_option_function<std::vector<std::string>>(
          flag,
          [set](const std::vector<std::string>& names) {
            for (const auto& name : names) {
              set(static_cast<E>(
                  ParseShortEnumName(google::protobuf::GetEnumDescriptor<E>(), name)));
            }
          },
          help + ": " + EnumChoices(type))
      ->allow_extra_args(false)
      ->type_name("NAME")
      ->check(CLI::Validator(
          [type](std::string& name) -> std::string {
            if (ParseShortEnumName(type, name) >= 0) return "";
            return "unknown value, want one of " + EnumChoices(type);
          },
          "", "enum"));
}

}  // namespace mamori::ctl

#endif  // MAMORI_SERVICES_MAMORICTL_ENUM_FLAG_H_
