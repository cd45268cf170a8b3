"""Django REST framework as its tutorial writes it: models, serializers, a ModelViewSet, a router."""

import os
from typing import Any
from urllib.parse import unquote

import django
from django.conf import settings
from django.http import JsonResponse
from django.urls import include, path

_address = os.environ["EJIA_DATABASE_URL"].partition("://")[2]
_who, _, _rest = _address.partition("@")
_place, _, _query = _rest.partition("?")
_host, _, _name = _place.partition("/")
_socket = unquote(dict(part.split("=", 1) for part in _query.split("&") if part).get("host", ""))
settings.configure(
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    SECRET_KEY="not needed: nobody signs in",
    USE_TZ=True,
    TIME_ZONE="Asia/Shanghai",
    MIDDLEWARE=["django.middleware.security.SecurityMiddleware", "django.middleware.common.CommonMiddleware"],
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "rest_framework"],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": _name,
            "USER": _who.partition(":")[0],
            "PASSWORD": _who.partition(":")[2],
            "HOST": _socket or _host.partition(":")[0],
            "PORT": _host.partition(":")[2],
            "OPTIONS": {"pool": {"min_size": 1, "max_size": 10}},
        }
    },
    REST_FRAMEWORK={
        "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
        "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.PageNumberPagination",
        "PAGE_SIZE": 20,
        "DEFAULT_AUTHENTICATION_CLASSES": [],
        "DEFAULT_PERMISSION_CLASSES": [],
    },
)
django.setup()

from django.db import models, transaction  # noqa: E402
from rest_framework import filters, routers, serializers, viewsets  # noqa: E402


class Table(models.Model):
    """The tables are there already."""

    class Meta:
        abstract = True
        app_label = "peer"
        managed = False


class Division(Table):
    code = models.CharField(max_length=15, primary_key=True)
    name = models.CharField(max_length=100)

    class Meta(Table.Meta):
        db_table = "division"


class Household(Table):
    id = models.BigAutoField(primary_key=True)
    number = models.CharField(max_length=20)
    head_name = models.CharField(max_length=50, default="")
    head_pinyin = models.CharField(max_length=300, default="")
    member_names = models.TextField(default="")
    member_count = models.IntegerField(default=0)
    residence = models.CharField(max_length=20)
    division = models.ForeignKey(Division, models.DO_NOTHING, db_column="division_code", db_constraint=False)
    address = models.CharField(max_length=200, null=True)
    phone_masked = models.CharField(max_length=40, null=True)
    income_per_capita_month = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    review_class = models.CharField(max_length=20, null=True)
    status = models.CharField(max_length=20, default="active")
    income_declared = models.BooleanField(default=False)
    property_declared = models.BooleanField(default=False)
    expense_declared = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    version = models.IntegerField(default=1)

    class Meta(Table.Meta):
        db_table = "household"


class Person(Table):
    id = models.BigAutoField(primary_key=True)
    name = models.CharField(max_length=50)
    name_pinyin = models.CharField(max_length=300, default="")
    id_type = models.CharField(max_length=20, default="citizen")
    id_number_index = models.BinaryField(null=True)
    id_number_masked = models.CharField(max_length=40, null=True)
    sex = models.CharField(max_length=10, default="0")
    division_code = models.CharField(max_length=15)

    class Meta(Table.Meta):
        db_table = "person"


class Member(Table):
    id = models.BigAutoField(primary_key=True)
    household = models.ForeignKey(Household, models.DO_NOTHING, related_name="members")
    person = models.ForeignKey(Person, models.DO_NOTHING)
    relation = models.CharField(max_length=20)
    included = models.BooleanField(default=True)
    insured = models.BooleanField(default=True)
    joined_on = models.DateField(auto_now_add=True)
    division_code = models.CharField(max_length=15)

    class Meta(Table.Meta):
        db_table = "household_member"


class Income(Table):
    id = models.BigAutoField(primary_key=True)
    household = models.ForeignKey(Household, models.DO_NOTHING, related_name="incomes")
    category = models.CharField(max_length=20)
    annual_amount = models.DecimalField(max_digits=14, decimal_places=2)
    evidence = models.CharField(max_length=20, default="promise")
    excluded = models.BooleanField(default=False)
    division_code = models.CharField(max_length=15)

    class Meta(Table.Meta):
        db_table = "income_item"


class RowSerializer(serializers.ModelSerializer):
    division_name = serializers.CharField(source="division.name", read_only=True)

    class Meta:
        model = Household
        fields = [
            "id", "number", "head_name", "member_count", "residence", "division_name", "division_id", "address",
            "phone_masked", "income_per_capita_month", "review_class", "status", "created_at", "version",
        ]  # fmt: skip


class MemberSerializer(serializers.ModelSerializer):
    name = serializers.CharField(source="person.name")
    id_number = serializers.CharField(source="person.id_number_masked")

    class Meta:
        model = Member
        fields = ["id", "name", "id_number", "relation"]


class IncomeSerializer(serializers.ModelSerializer):
    class Meta:
        model = Income
        fields = ["id", "category", "annual_amount"]


class HouseholdSerializer(RowSerializer):
    """The household with what belongs to it; written as the chapter on writable nested serializers shows."""

    division_code = serializers.CharField(source="division_id")
    members = MemberSerializer(many=True)
    incomes = IncomeSerializer(many=True)

    class Meta(RowSerializer.Meta):
        fields = [*RowSerializer.Meta.fields, "division_code", "members", "incomes"]
        read_only_fields = ["number", "head_name", "member_count"]

    @transaction.atomic
    def create(self, validated_data: dict[str, Any]) -> Household:
        members, incomes = validated_data.pop("members"), validated_data.pop("incomes")
        people = [member.pop("person") for member in members]
        household = Household.objects.create(
            **validated_data, number="D" + people[0]["id_number_masked"], head_name=people[0]["name"]
        )
        place = {"division_code": validated_data["division_id"]}
        for member, person in zip(members, people, strict=True):
            number = person["id_number_masked"].encode()
            found = Person.objects.create(name=person["name"], id_number_index=number, **place)
            Member.objects.create(household=household, person=found, relation=member["relation"], **place)
        for income in incomes:
            Income.objects.create(household=household, **income, **place)
        return household


class Households(viewsets.ModelViewSet):
    queryset = Household.objects.all()
    filter_backends = [filters.OrderingFilter]
    ordering_fields = ["income_per_capita_month", "id"]

    def get_serializer_class(self) -> Any:
        return RowSerializer if self.action == "list" else HouseholdSerializer

    def get_queryset(self) -> Any:
        if self.action != "list":
            return super().get_queryset().select_related("division").prefetch_related("members__person", "incomes")
        asked = self.request.query_params
        return super().get_queryset().select_related("division").filter(
            division__gte=asked["division_code"], division__lt=asked["division_code"] + ":",
            residence=asked["residence"], status=asked["status"],
        )  # fmt: skip


router = routers.DefaultRouter(trailing_slash=False)
router.register("households", Households)
urlpatterns = [path("api/v1/", include(router.urls)), path("healthz", lambda _: JsonResponse({}))]

from django.core.asgi import get_asgi_application  # noqa: E402

app = get_asgi_application()
