#include "services/intake/dialogue.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "common/crypto/aead.h"
#include "common/sealing/fields.h"
#include "common/status/errors.h"
#include "common/status/macros.h"
#include "common/time/day.h"
#include "common/time/timestamp.h"
#include "services/intake/page.h"
#include "services/intake/read_records.h"

namespace mamori::intake {
namespace {

constexpr int kStandardPage = 50;
constexpr int kMostPerPage = 100;
constexpr absl::Duration kReadBudget = absl::Seconds(5);
constexpr char kAcknowledgement[] =
    "報告を受け付けました。担当者が確認し、ここでご連絡します。\n"
    "Your report was accepted. Those who look into it will write to you here.";

// As a party sees it. DATA_LOSS.
absl::StatusOr<v1::Message> ToMessage(const sealing::DataKey& key, const MessageRow& row,
                                      const Party& party, int64_t read_up_to) {
  ASSIGN_OR_RETURN(
      std::string body,
      ContentSeal::OpenBody(key, sealing::MessageBody(row.tenant, row.message_id), row.body));
  v1::Message message;
  const bool parsed = message.ParseFromString(body);
  crypto::Wipe(body);
  if (!parsed) return absl::DataLossError("a message cannot be parsed");
  message.set_name(id::Name("messages", row.message_id));
  message.set_number(row.number);
  message.set_side(row.side);
  if (party.side == v1::MESSAGE_SIDE_DESK) message.set_author(row.author);
  *message.mutable_create_time() = time::ToTimestamp(row.create_time);
  message.set_unread(IsFor(party.side, row.side) && row.number > read_up_to);
  return message;
}

v1::Message Acknowledgement(absl::Time create_time) {
  v1::Message message;
  message.set_side(v1::MESSAGE_SIDE_SYSTEM);
  message.set_text(kAcknowledgement);
  message.set_language("mul");
  *message.mutable_create_time() = time::ToTimestamp(create_time);
  return message;
}

}  // namespace

absl::StatusOr<v1::Message> Dialogue::Post(const server::CallContext& call, const Party& party,
                                           const std::string& request_id,
                                           const v1::Message& message) {
  ASSIGN_OR_RETURN(const DialogueFacts facts,
                   d_.messages.Facts(party.tenant, party.report_id, call.deadline));
  const absl::Time now = d_.clock.Now();
  v1::Message words;
  words.set_text(message.text());
  words.set_language(message.language());

  NewMessage post;
  post.row.report_id = party.report_id;
  post.row.tenant = party.tenant;
  post.row.message_id = d_.ids.NewId();
  post.row.side = party.side;
  post.row.create_time = time::Told(now, facts.anonymous);
  {
    ASSIGN_OR_RETURN(const sealing::DataKey key, KeyOf(party, facts, call.deadline));
    std::string body = words.SerializeAsString();
    ContentSeal::Sealed sealed =
        ContentSeal::SealBody(key, sealing::MessageBody(party.tenant, post.row.message_id), body);
    crypto::Wipe(body);
    post.row.body = std::move(sealed.body);
    post.commitment = std::move(sealed.commitment);
  }
  post.request_key = d_.keys.RequestKey(party.tenant, party.report_id, party.reader(), request_id);
  post.anonymous = facts.anonymous;
  if (party.side == v1::MESSAGE_SIDE_DESK) {
    post.row.author = party.person;
    post.who = {party.caller, party.person};
  } else {
    // As with the report itself: the application alone, and for an anonymous one not even that.
    post.who.caller = party.caller;
    post.event.set_event_id(d_.ids.NewId());
    post.event.set_tenant(party.tenant);
    post.event.set_source("intake");
    post.event.set_subject_id(party.report_id);
    *post.event.mutable_event_time() = time::ToTimestamp(post.row.create_time);
    post.event.set_anonymous(facts.anonymous);
    post.event.mutable_reporter_wrote()->set_message_id(post.row.message_id);
    if (facts.anonymous) {
      post.row.due_time = policy::LeaveTime(options_.notices, now, d_.ids.NewFraction());
    }
  }
  ASSIGN_OR_RETURN(const MessageRow row, d_.messages.Post(post, call.deadline));
  d_.committed();
  ASSIGN_OR_RETURN(const sealing::DataKey key, KeyOf(party, facts, call.deadline));
  ASSIGN_OR_RETURN(v1::Message posted, ToMessage(key, row, party, row.number));
  // No hash of the words is kept to tell that they are the same.
  if (posted.text() != words.text() || posted.language() != words.language()) {
    return status::RequestIdReused();
  }
  return posted;
}

absl::StatusOr<sealing::DataKey> Dialogue::KeyOf(const Party& party, const DialogueFacts& facts,
                                                 absl::Time deadline) const {
  auto key = d_.seal.sealer().FetchKey(party.tenant, facts.sealed, deadline);
  if (sealing::IsErased(key.status())) {
    d_.seal.sealer().IsErasureDecided(sealing::Owner::kReport, party.report_id, deadline);
    return status::NotFound("report");
  }
  return key;
}

absl::Status Dialogue::RecordRead(const server::CallContext& call, const Party& party,
                                  bool anonymous) {
  if (party.side != v1::MESSAGE_SIDE_DESK) return absl::OkStatus();
  return RecordReads(d_.reads, call, {party.caller, party.person}, party.tenant,
                     {{party.report_id, anonymous}});
}

absl::Status Dialogue::AddMessages(const std::vector<MessageRow>& rows, const Party& party,
                                   const DialogueFacts& facts, int64_t read, int size,
                                   absl::Time deadline, v1::ListMessagesResponse& response) const {
  if (rows.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const sealing::DataKey key, KeyOf(party, facts, deadline));
  size_t bytes = 0;
  for (const MessageRow& row : rows) {
    if (response.messages_size() == size ||
        (bytes > 0 && bytes + row.body.size() > kMaxAnswerBytes)) {
      break;
    }
    bytes += row.body.size();
    ASSIGN_OR_RETURN(*response.add_messages(), ToMessage(key, row, party, read));
  }
  return absl::OkStatus();
}

absl::StatusOr<v1::ListMessagesResponse> Dialogue::List(const server::CallContext& call,
                                                        const Party& party, int64_t after,
                                                        int page_size) {
  const int size = page_size == 0 ? kStandardPage : std::min(page_size, kMostPerPage);
  ASSIGN_OR_RETURN(const DialogueFacts facts,
                   d_.messages.Facts(party.tenant, party.report_id, call.deadline));
  ASSIGN_OR_RETURN(const int64_t read, d_.messages.ReadUpTo(party.tenant, party.report_id,
                                                            party.reader(), call.deadline));
  ASSIGN_OR_RETURN(const std::vector<MessageRow> rows,
                   d_.messages.List(party.tenant, party.report_id, std::max<int64_t>(after, 0),
                                    size, call.deadline));
  RETURN_IF_ERROR(RecordRead(call, party, facts.anonymous));
  v1::ListMessagesResponse response;
  if (after < 0) *response.add_messages() = Acknowledgement(facts.create_time);
  RETURN_IF_ERROR(AddMessages(rows, party, facts, read, size, call.deadline, response));
  ASSIGN_OR_RETURN(const int64_t unread, d_.messages.CountAfter(party.tenant, party.report_id,
                                                                party.side, read, call.deadline));
  response.set_unread_count(unread);
  return response;
}

absl::Status Dialogue::MarkRead(const server::CallContext& call, const Party& party,
                                int64_t number) {
  return d_.messages.MarkRead(party.tenant, party.report_id, party.reader(), number, call.deadline);
}

absl::Status Dialogue::Wait(const server::CallContext& call, const Party& party, int64_t after,
                            const std::function<bool()>& cancelled,
                            const std::function<bool(const v1::WaitForMessagesResponse&)>& write) {
  ASSIGN_OR_RETURN(const DialogueFacts facts,
                   d_.messages.Facts(party.tenant, party.report_id, d_.clock.Now() + kReadBudget));
  RETURN_IF_ERROR(RecordRead(call, party, facts.anonymous));
  // A first answer tells the client that it is in.
  v1::WaitForMessagesResponse response;
  if (after < 0) *response.mutable_message() = Acknowledgement(facts.create_time);
  if (!write(response)) return absl::CancelledError("the client is gone");
  int64_t seen = std::max<int64_t>(after, 0);
  absl::Duration last_sent = d_.clock.Monotonic();
  while (!cancelled()) {
    if (stopping_.load(std::memory_order_acquire)) {
      return absl::UnavailableError("the service is stopping");
    }
    const absl::Time now = d_.clock.Now();
    if (now >= call.deadline) return absl::DeadlineExceededError("the call's deadline passed");
    ASSIGN_OR_RETURN(
        const std::vector<MessageRow> rows,
        d_.messages.List(party.tenant, party.report_id, seen, kMostPerPage, now + kReadBudget));
    for (const MessageRow& row : rows) {
      // In their order: one that waits holds back those after it.
      if (party.side == v1::MESSAGE_SIDE_DESK && row.due_time > now) break;
      {
        // Not for as long as a client takes to read.
        ASSIGN_OR_RETURN(const sealing::DataKey key, KeyOf(party, facts, now + kReadBudget));
        ASSIGN_OR_RETURN(*response.mutable_message(), ToMessage(key, row, party, seen));
      }
      if (!write(response)) return absl::CancelledError("the client is gone");
      seen = row.number;
      last_sent = d_.clock.Monotonic();
    }
    if (d_.clock.Monotonic() - last_sent >= options_.heartbeat) {
      if (!write(v1::WaitForMessagesResponse())) return absl::CancelledError("the client is gone");
      last_sent = d_.clock.Monotonic();
    }
    d_.sleeper.Sleep(options_.poll);
  }
  return absl::CancelledError("the client is gone");
}

}  // namespace mamori::intake
