#include "services/notification/channel_transport.h"

#include <algorithm>
#include <thread>
#include <utility>

namespace mamori::notification {

void Enqueue(std::deque<Attempt>& waiting, std::vector<Attempt> attempts) {
  for (Attempt& attempt : attempts) {
    const auto place = std::upper_bound(
        waiting.begin(), waiting.end(), attempt.urgency,
        [](mamori::v1::Urgency urgency, const Attempt& other) { return urgency > other.urgency; });
    waiting.insert(place, std::move(attempt));
  }
}

std::vector<uint64_t> TakeOut(std::deque<Attempt>& waiting, absl::Duration begin_by) {
  std::vector<uint64_t> tickets;
  std::deque<Attempt> left;
  for (Attempt& attempt : waiting) {
    if (attempt.begin_by <= begin_by) {
      tickets.push_back(attempt.ticket);
    } else {
      left.push_back(std::move(attempt));
    }
  }
  waiting.swap(left);
  return tickets;
}

void ChannelTransport::Start(TransportListener& listener) {
  mail_.Start(listener);
  webhooks_.Start(listener);
}

void ChannelTransport::Send(std::vector<Attempt> attempts) {
  std::vector<Attempt> mail;
  std::vector<Attempt> webhooks;
  for (Attempt& attempt : attempts) {
    const bool is_mail = attempt.channel == mamori::v1::DELIVERY_CHANNEL_MAIL;
    (is_mail ? mail : webhooks).push_back(std::move(attempt));
  }
  if (!mail.empty()) mail_.Send(std::move(mail));
  if (!webhooks.empty()) webhooks_.Send(std::move(webhooks));
}

std::vector<uint64_t> ChannelTransport::Withdraw(absl::Duration begin_by) {
  std::vector<uint64_t> tickets = mail_.Withdraw(begin_by);
  for (const uint64_t ticket : webhooks_.Withdraw(begin_by)) tickets.push_back(ticket);
  return tickets;
}

void ChannelTransport::Stop(absl::Duration grace) {
  std::thread mail([this, grace] { mail_.Stop(grace); });
  webhooks_.Stop(grace);
  mail.join();
}

}  // namespace mamori::notification
