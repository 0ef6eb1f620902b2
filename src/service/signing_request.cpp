#include "rakkan/service/signing_request.hpp"

namespace rakkan::service {

bool is_made(pades::BaselineLevel level) noexcept {
  return !pades::needs_validation_data(level) && !pades::needs_document_timestamp(level);
}

}  // namespace rakkan::service
