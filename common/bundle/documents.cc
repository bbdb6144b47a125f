#include "common/bundle/documents.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/util/json_util.h>
#include <google/protobuf/wrappers.pb.h>
#include <sodium.h>

#include <memory>

#include "absl/strings/str_cat.h"
#include "common/audit/report_content.h"
#include "common/time/timestamp.h"
#include "mamori/intake/v1/dialogue_service.pb.h"
#include "mamori/intake/v1/evidence_service.pb.h"

namespace mamori::bundle {
namespace {

using google::protobuf::Message;

// The same message gives the same bytes.
std::string Bytes(const Message& message) {
  std::string bytes;
  google::protobuf::io::StringOutputStream stream(&bytes);
  google::protobuf::io::CodedOutputStream coded(&stream);
  coded.SetSerializationDeterministic(true);
  message.SerializeToCodedStream(&coded);
  coded.Trim();
  return bytes;
}

// An empty message of the type that `any` names; null when nothing here knows it.
std::unique_ptr<Message> EmptyOf(const google::protobuf::Any& any) {
  // Named, so that they are known in every program that reads or writes bundles.
  static const void* const kOfIntake[] = {intake::v1::Message::descriptor(),
                                          intake::v1::Evidence::descriptor(),
                                          intake::v1::EvidenceAccess::descriptor()};
  (void)kOfIntake;
  const std::string& url = any.type_url();
  const size_t slash = url.rfind('/');
  if (slash == std::string::npos) return nullptr;
  const auto* descriptor =
      google::protobuf::DescriptorPool::generated_pool()->FindMessageTypeByName(
          url.substr(slash + 1));
  if (descriptor == nullptr) return nullptr;
  const Message* prototype =
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(descriptor);
  return prototype == nullptr ? nullptr : std::unique_ptr<Message>(prototype->New());
}

absl::Status NotTold() {
  return absl::InvalidArgumentError("what it says in words is not what its bytes say");
}

}  // namespace

std::string ToJson(const Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = true;
  options.preserve_proto_field_names = true;
  std::string json;
  (void)google::protobuf::util::MessageToJsonString(message, &json, options).ok();
  return json;
}

absl::Status FromJson(std::string_view json, Message& message) {
  const auto status = google::protobuf::util::JsonStringToMessage(
      google::protobuf::StringPiece(json.data(), json.size()), &message);
  if (status.ok()) return absl::OkStatus();
  return absl::InvalidArgumentError("it is not the JSON document that stands in this place");
}

std::string Sha256(std::string_view bytes) {
  std::string hash(crypto_hash_sha256_BYTES, '\0');
  crypto_hash_sha256(reinterpret_cast<unsigned char*>(hash.data()),
                     reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  return hash;
}

std::string CommitmentOf(const v1::CommittedContent& content) {
  return audit::Commit(audit::Opening{content.random(), content.content(), content.withheld()});
}

std::string TypeUrlOf(const google::protobuf::Descriptor* type) {
  return absl::StrCat("type.googleapis.com/", type->full_name());
}

absl::Status Tell(v1::CommittedContent& content) {
  if (content.told().Is<google::protobuf::StringValue>()) {
    google::protobuf::StringValue text;
    text.set_value(content.content());
    content.mutable_told()->PackFrom(text);
    return absl::OkStatus();
  }
  const std::unique_ptr<Message> message = EmptyOf(content.told());
  if (message == nullptr || !message->ParseFromString(content.content())) {
    return absl::DataLossError("stored content cannot be read");
  }
  content.mutable_told()->PackFrom(*message);
  return absl::OkStatus();
}

absl::Status CheckTold(const v1::CommittedContent& content) {
  google::protobuf::StringValue text;
  if (content.told().Is<google::protobuf::StringValue>()) {
    return content.told().UnpackTo(&text) && text.value() == content.content() ? absl::OkStatus()
                                                                               : NotTold();
  }
  const std::unique_ptr<Message> told = EmptyOf(content.told());
  if (told == nullptr) return absl::InvalidArgumentError("it says nothing that this program knows");
  const std::unique_ptr<Message> stored(told->New());
  const bool same = told->ParseFromString(content.told().value()) &&
                    stored->ParseFromString(content.content()) && Bytes(*told) == Bytes(*stored);
  return same ? absl::OkStatus() : NotTold();
}

v1::ToldEntry Told(const audit::Entry& entry) {
  v1::ToldEntry told;
  told.set_sequence(entry.sequence);
  *told.mutable_time() = time::ToTimestamp(entry.time);
  told.set_action(entry.action);
  told.set_caller(entry.who.caller);
  told.set_person(entry.who.person);
  told.set_commits(!entry.commitment.empty());
  told.set_access_version(entry.access_version);
  told.set_access(entry.access);
  if (entry.cause_kind != audit::Kind::kNone) {
    told.set_cause(audit::NameOf(entry.cause_kind, entry.cause_id));
  }
  return told;
}

}  // namespace mamori::bundle
