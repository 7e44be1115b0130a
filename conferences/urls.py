"""Addresses of the conferences and their live rooms."""

from django.urls import path

from conferences.views import acts, setup, show

app_name = "conferences"
urlpatterns = [
    path("conferences/", show.conference_list, name="list"),
    path("conferences/convene/", setup.convene, name="convene"),
    path("conferences/<slug:slug>/", show.conference, name="conference"),
    path("conferences/<slug:slug>/people/", setup.people, name="people"),
    path("conferences/<slug:slug>/schedule/", setup.schedule, name="schedule"),
    path("conferences/<slug:slug>/end/", setup.end_conference, name="end_conference"),
    path("sessions/<int:pk>/", show.room, name="room"),
    path("sessions/<int:pk>/log/", show.log, name="log"),
    path("sessions/<int:pk>/events/", show.events, name="events"),
    path("sessions/<int:pk>/agenda/", setup.agenda, name="agenda"),
    path("sessions/<int:pk>/hours/", setup.hours, name="hours"),
    path("sessions/<int:pk>/open/", acts.open_room, name="open"),
    path("sessions/<int:pk>/take/", acts.take, name="take"),
    path("sessions/<int:pk>/ask/", acts.ask, name="ask"),
    path("sessions/<int:pk>/withdraw/", acts.withdraw, name="withdraw"),
    path("sessions/<int:pk>/give/", acts.give, name="give"),
    path("sessions/<int:pk>/return/", acts.give_back, name="return"),
    path("sessions/<int:pk>/end/", acts.end, name="end"),
    path("sessions/<int:pk>/intervene/", acts.intervene, name="intervene"),
    path("sessions/<int:pk>/close/", acts.close, name="close"),
]
