"""Addresses of the desk; published pages have those that Wagtail's tree gives them."""

from django.urls import path

from cms import home, views

app_name = "cms"
urlpatterns = [
    path("", home.home, name="home"),
    path("proceedings/", views.desk, name="desk"),
    path("proceedings/compile/<int:conference_id>/", views.compile_, name="compile"),
    path("proceedings/<int:page_id>/", views.draft, name="draft"),
    path("proceedings/<int:page_id>/pdf/", views.draft_pdf, name="draft_pdf"),
    path("proceedings/<int:page_id>/submit/", views.submit, name="submit"),
    path("proceedings/<int:page_id>/approve/", views.approve, name="approve"),
    path("proceedings/<int:page_id>/send-back/", views.send_back, name="send_back"),
    path("proceedings/<int:page_id>/issue/", views.issue, name="issue"),
    path("proceedings/<int:page_id>/note/", views.note, name="note"),
    path("proceedings/<int:page_id>/notes/<int:note_id>/end/", views.end_note, name="end_note"),
    path("proceedings/<int:page_id>/withdraw/", views.withdraw, name="withdraw"),
]
