#include "services/notification/dispatch_metrics.h"

namespace mamori::notification {
namespace {

using mamori::v1::DeliveryChannel;

const char* ChannelName(DeliveryChannel channel) {
  return channel == mamori::v1::DELIVERY_CHANNEL_MAIL ? "mail" : "webhook";
}

const char* VerdictName(Verdict verdict) {
  switch (verdict) {
    case Verdict::kAccepted:
      return "accepted";
    case Verdict::kTemporary:
      return "temporary";
    case Verdict::kPermanent:
      return "permanent";
    case Verdict::kUnknown:
      return "unknown";
  }
  return "unknown";
}

}  // namespace

bool IsDeadLetter(mamori::v1::DeliveryState state) {
  return state == mamori::v1::DELIVERY_STATE_DEAD || state == mamori::v1::DELIVERY_STATE_UNKNOWN;
}

void CountDeadLetter(telemetry::Telemetry& telemetry, DeliveryChannel channel,
                     mamori::v1::DeliveryState state, double by) {
  const char* name = state == mamori::v1::DELIVERY_STATE_DEAD ? "dead" : "unknown";
  telemetry.Count("mamori_dead_letters_total", {{"channel", ChannelName(channel)}, {"state", name}},
                  by);
}

void CountSuppressed(telemetry::Telemetry& telemetry, DeliveryChannel channel, double by) {
  telemetry.Count("mamori_deliveries_suppressed_total", {{"channel", ChannelName(channel)}}, by);
}

void CountAttempt(telemetry::Telemetry& telemetry, DeliveryChannel channel, Verdict verdict,
                  absl::Duration age) {
  telemetry.Count("mamori_delivery_attempts_total",
                  {{"channel", ChannelName(channel)}, {"outcome", VerdictName(verdict)}});
  if (verdict == Verdict::kAccepted) {
    telemetry.Observe("mamori_delivery_seconds", age, {{"channel", ChannelName(channel)}});
  }
}

}  // namespace mamori::notification
