#include "services/triage/act_record.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "common/audit/entry.h"
#include "common/idempotency/hash.h"
#include "common/time/timestamp.h"

namespace mamori::triage {
namespace {

std::string Micros(const google::protobuf::Timestamp& stamp) {
  return absl::StrCat(absl::ToUnixMicros(time::FromTimestamp(stamp)));
}

}  // namespace

std::string HashOfAct(std::string_view tenant, const v1::TwoPersonAct& act) {
  std::vector<std::string> fields;
  for (const v1::ActField& field : act.fields()) {
    fields.push_back(field.name());
    fields.push_back(field.value());
  }
  std::string hash = idempotency::Hash(
      {"two_person_act", tenant, act.name(), absl::StrCat(static_cast<int>(act.kind())),
       act.resource(), audit::Join(fields), act.reason(), act.emergency() ? "1" : "0",
       absl::StrCat(act.resource_version()), Micros(act.request_time()),
       Micros(act.not_before_time()), Micros(act.expire_time())});
  if (act.salt().empty()) return hash;
  return idempotency::Hash({"salted two_person_act", act.salt(), hash});
}

v1::TwoPersonAct ToProto(const v1::TwoPersonAct& stored) {
  v1::TwoPersonAct proto = stored;
  proto.clear_salt();
  for (v1::ActApproval& approval : *proto.mutable_approvals()) {
    approval.clear_roles();
    approval.clear_department();
  }
  return proto;
}

std::string HashOfUse(const ActUse& use, const v1::TwoPersonAct& act) {
  v1::TwoPersonAct done = act;
  done.set_kind(use.kind);
  done.set_resource(use.resource);
  done.set_resource_version(use.resource_version);
  done.clear_fields();
  for (const auto& [name, value] : use.fields) {
    v1::ActField& field = *done.add_fields();
    field.set_name(name);
    field.set_value(value);
  }
  return HashOfAct(use.tenant, done);
}

}  // namespace mamori::triage
