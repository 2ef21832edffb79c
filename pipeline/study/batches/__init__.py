"""Requests answered by the thousand: an endpoint's batch API, resumable at any moment.

A batch is a file of requests that the endpoint answers within a day, for a part of the price. What
is to be sent is on disk before it is uploaded, and the intention to create a batch before it is
created; a process that was killed meanwhile finds what it created by a name in its metadata. So a
batch is never created twice, and what it found is never lost.
"""
