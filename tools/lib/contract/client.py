"""Posts and polls with the clients that openapi-generator made of the contracts.

    client.py URL TOKEN        with daybook_tenant and daybook_realtime on PYTHONPATH
"""

import sys

import daybook_realtime as realtime
import daybook_tenant as tenant


def configured(module, url, token):
    return module.ApiClient(module.Configuration(host=url, access_token=token))


def refused(api, room):
    """What is refused comes as an exception with a problem in it."""
    try:
        api.get_room(room)
    except tenant.exceptions.NotFoundException as error:
        return error.data
    raise AssertionError("a room that is not there was found")


def main(url, token):
    api, live = configured(tenant, url, token), configured(realtime, url, token)
    rooms, queues = tenant.RoomsApi(api), realtime.QueuesApi(live)

    me = tenant.MeApi(api).get_me()
    room = rooms.post_rooms(tenant.NewRoom(name="From Python", kind="private"))
    assert room.role == "moderator" and room.topic is None, room

    registration = realtime.QueueRegistration(rooms=[room.id], initial_state=["rooms"])
    queue = queues.post_queues(queue_registration=registration)
    assert queue.ignored == [] and queue.state.me is None, queue

    answer = rooms.post_room_messages_with_http_info(room.id, tenant.NewMessage(body="Hello from a generated client"))
    assert answer.status_code == 201 and answer.headers["Daybook-Position"], answer
    message = answer.data

    # What the snapshot did not hold yet of the room's making comes first.
    told, cursor = [], queue.cursor
    while not told:
        batch = queues.get_queue_events(queue.queue_id, cursor, timeout_s=10)
        events, cursor = [event.actual_instance for event in batch.events], batch.cursor
        told = [event for event in events if event.type == "message.created"]
    assert len(told) == 1, told
    assert told[0].data.message.id == message.id and told[0].actor.actual_instance.id == me.id, told

    page = rooms.get_room_messages(
        room.id, daybook_min_position=answer.headers["Daybook-Position"], daybook_min_position_timeout_ms=10_000
    )
    assert [item.body for item in page.items] == [message.body], page
    assert refused(rooms, "room_01908a5e-0000-7000-8000-000000000000").code == "room.not_found"

    queues.delete_queue(queue.queue_id)
    print("posted and polled")


main(*sys.argv[1:])
