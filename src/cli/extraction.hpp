// Taking a signature out of a file for whoever wants to look at it with other tools.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "cli/command.hpp"
#include "rakkan/gather/gather.hpp"

namespace rakkan::cli {

// The files of the signature in the field (of a CMS or a token: its id, "signature-1"), to be written into `folder`:
// revision.pdf, the revision that it covers, with its SHA-256 in revision.pdf.sha256; signed-bytes.bin, the bytes that
// are digested; signature.p7s, the CMS or token; timestamp-1.tst and so on, the tokens inside. The file and the
// gathered facts outlive the documents. Fails with invalid_argument when there is no such signature.
[[nodiscard]] Result<std::vector<Document>> extract(ByteView file, const gather::Gathered& gathered,
                                                    const std::string& field, const std::filesystem::path& folder);

}  // namespace rakkan::cli
