#include "services/mamorictl/message_flags.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/timestamp.pb.h>
#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/time_util.h>

#include <algorithm>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "services/mamorictl/output.h"

namespace mamori::ctl {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Timestamp;
using google::protobuf::util::TimeUtil;

bool IsTime(const FieldDescriptor& field) {
  return field.type() == FieldDescriptor::TYPE_MESSAGE &&
         field.message_type() == Timestamp::descriptor();
}

// A message whose own fields are the flags.
bool IsPart(const FieldDescriptor& field) {
  return field.type() == FieldDescriptor::TYPE_MESSAGE && !field.is_repeated() && !IsTime(field);
}

// The message that has the field: `message` itself, or one that it has. A part may have a field of
// its own name.
Message* OwnerOf(Message& message, const std::string& name) {
  const Descriptor& type = *message.GetDescriptor();
  const FieldDescriptor* own = type.FindFieldByName(name);
  if (own != nullptr && !IsPart(*own)) return &message;
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    if (!IsPart(field)) continue;
    if (field.message_type()->FindFieldByName(name) == nullptr) continue;
    return message.GetReflection()->MutableMessage(&message, &field);
  }
  return nullptr;
}

// False for text that is no value of the field.
bool SetValue(Message& owner, const FieldDescriptor& field, const std::string& text) {
  const auto& reflection = *owner.GetReflection();
  if (field.type() == FieldDescriptor::TYPE_ENUM) {
    const int value = ParseShortEnumName(field.enum_type(), text);
    if (value < 0) return false;
    if (field.is_repeated()) {
      reflection.AddEnumValue(&owner, &field, value);
    } else {
      reflection.SetEnumValue(&owner, &field, value);
    }
    return true;
  }
  if (IsTime(field)) {
    Timestamp time;
    if (!TimeUtil::FromString(text, &time)) return false;
    reflection.MutableMessage(&owner, &field)->CopyFrom(time);
    return true;
  }
  if (field.type() == FieldDescriptor::TYPE_MESSAGE) {
    Message& entry = *reflection.AddMessage(&owner, &field);
    return google::protobuf::util::JsonStringToMessage(text, &entry).ok();
  }
  const std::string value = field.type() == FieldDescriptor::TYPE_BYTES
                                ? std::string(absl::HexStringToBytes(text))
                                : text;
  if (field.is_repeated()) {
    reflection.AddString(&owner, &field, value);
  } else {
    reflection.SetString(&owner, &field, value);
  }
  return true;
}

std::string HelpOf(const FieldDescriptor& field) {
  if (field.type() == FieldDescriptor::TYPE_ENUM) return EnumChoices(field.enum_type());
  if (IsTime(field)) return "2026-11-20T18:30:00+09:00";
  if (field.type() == FieldDescriptor::TYPE_MESSAGE) return "JSON; may be repeated";
  if (field.type() == FieldDescriptor::TYPE_BYTES) return "hex digits";
  return field.is_repeated() ? "may be repeated" : "";
}

void AddFlag(CLI::App& command, Message& owner, const FieldDescriptor& field) {
  std::string flag = absl::StrCat("--", field.name());
  std::replace(flag.begin(), flag.end(), '_', '-');
  Message* const target = &owner;
  const FieldDescriptor* const what = &field;
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_BOOL) {
    command.add_flag_function(
        flag, [=](int64_t) { target->GetReflection()->SetBool(target, what, true); });
  } else if (field.cpp_type() == FieldDescriptor::CPPTYPE_INT32) {
    command.add_option_function<int>(
        flag, [=](const int& value) { target->GetReflection()->SetInt32(target, what, value); });
  } else {
    command
        .add_option_function<std::vector<std::string>>(
            flag,
            [=](const std::vector<std::string>& values) {
              for (const std::string& value : values) {
                if (!SetValue(*target, *what, value)) {
                  throw CLI::ValidationError(flag, "want " + HelpOf(*what));
                }
              }
            },
            HelpOf(field))
        ->allow_extra_args(false);
  }
}

void AppendText(const Message& message, const std::string& indent, std::string& text);

void AppendValue(const Message& message, const FieldDescriptor& field, int index,
                 const std::string& indent, std::string& text) {
  const auto& reflection = *message.GetReflection();
  absl::StrAppend(&text, indent, field.name(), ": ");
  if (field.type() == FieldDescriptor::TYPE_MESSAGE) {
    const Message& inner = index < 0 ? reflection.GetMessage(message, &field)
                                     : reflection.GetRepeatedMessage(message, &field, index);
    if (IsTime(field)) {
      Timestamp time;
      time.CopyFrom(inner);
      absl::StrAppend(&text, TimeText(true, time), "\n");
      return;
    }
    text += "\n";
    AppendText(inner, indent + "  ", text);
  } else if (field.type() == FieldDescriptor::TYPE_ENUM) {
    const int value = index < 0 ? reflection.GetEnumValue(message, &field)
                                : reflection.GetRepeatedEnumValue(message, &field, index);
    absl::StrAppend(&text, ShortEnumName(field.enum_type(), value), "\n");
  } else if (field.cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
    const std::string value = index < 0 ? reflection.GetString(message, &field)
                                        : reflection.GetRepeatedString(message, &field, index);
    absl::StrAppend(&text,
                    field.type() == FieldDescriptor::TYPE_BYTES
                        ? std::string(absl::BytesToHexString(value))
                        : value,
                    "\n");
  } else if (field.cpp_type() == FieldDescriptor::CPPTYPE_BOOL) {
    absl::StrAppend(&text, reflection.GetBool(message, &field) ? "yes" : "no", "\n");
  } else {
    absl::StrAppend(&text, reflection.GetInt32(message, &field), "\n");
  }
}

void AppendText(const Message& message, const std::string& indent, std::string& text) {
  std::vector<const FieldDescriptor*> fields;
  message.GetReflection()->ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (!field->is_repeated()) {
      AppendValue(message, *field, -1, indent, text);
      continue;
    }
    for (int i = 0; i < message.GetReflection()->FieldSize(message, field); ++i) {
      AppendValue(message, *field, i, indent, text);
    }
  }
}

}  // namespace

void AddMessageFlags(CLI::App& command, Message& message, const std::vector<std::string>& fields) {
  for (const std::string& name : fields) {
    Message* const owner = OwnerOf(message, name);
    if (owner == nullptr) throw CLI::IncorrectConstruction("no field " + name);
    AddFlag(command, *owner, *owner->GetDescriptor()->FindFieldByName(name));
  }
}

std::string MessageText(const Message& message) {
  std::string text;
  AppendText(message, "", text);
  return text.empty() ? "nothing\n" : text;
}

}  // namespace mamori::ctl
