#pragma once

// What a command does (storage/command/command.h): one overload a command, one file a subject.

#include "core/base/result.h"
#include "storage/command/batch.h"
#include "storage/command/command.h"

namespace dobson::storage {

// Decides and changes. An error leaves no trace in the batch: everything is checked before the
// first change. Beside the errors that commands declare: invalid_argument for what can never be
// stored. EnvError: the batch is lost.
Result<Outcome> apply(Batch& batch, const Stamp& stamp, const Command& command);

// `now` is the time of the command: nothing is older that was applied before.
Result<Outcome> apply(Batch& batch, UnixMillis now, const CreateVolume& command);
Result<Outcome> apply(Batch& batch, UnixMillis now, const UpdateVolume& command);
Result<Outcome> apply(Batch& batch, UnixMillis now, const DeleteVolume& command);
Result<Outcome> apply(Batch& batch, UnixMillis now, const CreateBucket& command);
Result<Outcome> apply(Batch& batch, UnixMillis now, const UpdateBucket& command);
Result<Outcome> apply(Batch& batch, UnixMillis now, const DeleteBucket& command);
Result<Outcome> apply(Batch& batch, UnixMillis now, const PutKey& command);
Result<Outcome> apply(Batch& batch, UnixMillis now, const DeleteKey& command);
Result<Outcome> apply(Batch& batch, UnixMillis now, const RenameKey& command);
Result<Outcome> apply(Batch& batch, UnixMillis now, const CreateContainer& command);
Result<Outcome> apply(Batch& batch, UnixMillis now, const MoveContainer& command);
Result<Outcome> apply(Batch& batch, UnixMillis now, const PurgeBlocks& command);
Result<Outcome> apply(Batch& batch, UnixMillis now, const CopyKey& command);
Result<Outcome> apply(Batch& batch, UnixMillis now, const DeleteKeys& command);
Result<Outcome> apply(Batch& batch, UnixMillis now, const StartUpload& command);
Result<Outcome> apply(Batch& batch, UnixMillis now, const PutPart& command);
Result<Outcome> apply(Batch& batch, UnixMillis now, const CompleteUpload& command);
Result<Outcome> apply(Batch& batch, UnixMillis now, const AbortUpload& command);
Result<Outcome> apply(Batch& batch, UnixMillis now, const DropUploads& command);
Result<Outcome> apply(Batch& batch, UnixMillis now, const PurgeDirectories& command);
Result<Outcome> apply(Batch& batch, UnixMillis now, const PurgeKeys& command);

}  // namespace dobson::storage
