// The notification binary.
#include "common/server/service_main.h"
#include "mamori/config/v1/config.pb.h"
#include "services/notification/notification_app.h"
#include "services/notification/notification_service.h"

int main(int argc, char** argv) {
  return mamori::server::ServiceMain<mamori::config::v1::NotificationConfig>(
      argc, argv, "notification", mamori::notification::MethodNames(),
      mamori::notification::MakeNotificationApp, mamori::notification::CheckConfig);
}
