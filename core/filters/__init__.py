"""The filter language: ``state:failed user:ada name~rabi age<2d (queue:qick or needs:qick) not cause:lost``.

`tree` is what it means; reading, completing and the one table of fields stand beside it. Pure: names of queues,
users and resources are the caller's, and so is the time.
"""
