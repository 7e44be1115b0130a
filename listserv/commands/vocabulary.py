"""Every word that is understood: commands, what follows them, and how a moderator decides.

One row a command, one entry a language; alternatives are divided by ``|``, and help shows the
first. English carries the words of LISTSERV, Sympa, Mailman and Dgroups as well. Letter case,
accents, vowel signs and punctuation do not count (:func:`hub.search.folding.fold`).

Source: LISTSERV command reference; Sympa "mail commands"; Mailman 2 and 3 "email commands".
"""

Words = dict[str, str]

COMMANDS: dict[str, Words] = {
    # Taking part, and how the mail comes.
    "join": {
        "en": "SUBSCRIBE | JOIN | SUB | SUBS | ENROLL | REGISTER",
        "fr": "S'ABONNER | ABONNER | ABONNEMENT | INSCRIPTION | S'INSCRIRE | INSCRIRE",
        "es": "SUSCRIBIR | SUSCRIBIRSE | SUSCRIBIRME | ALTA | INSCRIBIR | INSCRIBIRSE",
        "ru": "ПОДПИСАТЬСЯ | ПОДПИСКА | ПОДПИСАТЬ | ВСТУПИТЬ",
        "ar": "اشتراك | اشترك | أشترك | الاشتراك | انضمام",
        "zh-hans": "订阅 | 加入 | 訂閱",
    },
    "leave": {
        "en": "UNSUBSCRIBE | LEAVE | SIGNOFF | SIGN OFF | SIG | UNSUB | UNS | REMOVE ME | OPT OUT",
        "fr": "SE DÉSABONNER | DÉSABONNER | DÉSABONNEMENT | DÉSINSCRIPTION | SE DÉSINSCRIRE | "
        "DÉSINSCRIRE | QUITTER",
        "es": "BAJA | DARSE DE BAJA | CANCELAR SUSCRIPCIÓN | DESUSCRIBIR | DESUSCRIBIRSE | SALIR",
        "ru": "ОТПИСАТЬСЯ | ОТПИСКА | ОТПИСАТЬ | ВЫЙТИ",
        "ar": "إلغاء الاشتراك | الغ الاشتراك | إلغاء | انسحاب | مغادرة",
        "zh-hans": "退订 | 取消订阅 | 退出 | 退訂 | 取消訂閱",
    },
    "digest": {
        "en": "DIGEST | DIGESTS | SUMMARY MODE",
        "fr": "CONDENSÉ | RÉSUMÉS | RÉCAPITULATIF",
        "es": "RECOPILACIÓN | RESUMEN | RESÚMENES",
        "ru": "ДАЙДЖЕСТ | СВОДКА",
        "ar": "خلاصة | موجز | الخلاصة",
        "zh-hans": "汇总 | 文摘",
    },
    "mail": {
        "en": "MAIL | NODIGEST | NO DIGEST | EACH",
        "fr": "COURRIER | MESSAGES | SANS RÉSUMÉ | CHAQUE MESSAGE",
        "es": "CORREO | MENSAJES | SIN RESUMEN",
        "ru": "ПОЧТА | ПИСЬМА | БЕЗ ДАЙДЖЕСТА",
        "ar": "بريد | البريد | بدون خلاصة",
        "zh-hans": "邮件 | 逐封 | 不要汇总 | 接收邮件",
    },
    "nomail": {
        "en": "NOMAIL | NO MAIL",
        "fr": "SANS COURRIER | AUCUN COURRIER | PAS DE COURRIER",
        "es": "SIN CORREO | NINGÚN CORREO",
        "ru": "БЕЗ ПОЧТЫ | БЕЗ ПИСЕМ",
        "ar": "بدون بريد | لا بريد",
        "zh-hans": "停收 | 不收邮件 | 停止邮件",
    },
    "notices": {
        "en": "NOTICES | NOTICE | INDEX | HEADERS",
        "fr": "AVIS | NOTIFICATIONS",
        "es": "AVISOS | NOTIFICACIONES",
        "ru": "УВЕДОМЛЕНИЯ | ИЗВЕЩЕНИЯ",
        "ar": "إشعارات | تنبيهات",
        "zh-hans": "通知 | 仅通知",
    },
    "files": {
        "en": "FILES",
        "fr": "FICHIERS",
        "es": "ARCHIVOS",
        "ru": "ФАЙЛЫ",
        "ar": "الملفات",
        "zh-hans": "文件方式",
    },
    "owncopy": {
        "en": "OWNCOPY | OWN COPY | MYPOSTS | REPRO | ACK",
        "fr": "MA COPIE | COPIE",
        "es": "MI COPIA | COPIA",
        "ru": "СВОЯ КОПИЯ | КОПИЯ",
        "ar": "نسختي | نسخة",
        "zh-hans": "自己的副本 | 副本",
    },
    "noowncopy": {
        "en": "NOOWNCOPY | NOREPRO | NOACK",
        "fr": "SANS COPIE",
        "es": "SIN COPIA",
        "ru": "БЕЗ КОПИИ",
        "ar": "بدون نسخة",
        "zh-hans": "不要副本",
    },
    "language": {
        "en": "LANGUAGE | LANG",
        "fr": "LANGUE",
        "es": "IDIOMA | LENGUA",
        "ru": "ЯЗЫК",
        "ar": "لغة | اللغة",
        "zh-hans": "语言",
    },
    "address": {
        "en": "ADDRESS",
        "fr": "ADRESSE",
        "es": "DIRECCIÓN",
        "ru": "АДРЕС",
        "ar": "عنوان | العنوان",
        "zh-hans": "地址",
    },
    "pause": {
        "en": "PAUSE | VACATION | HOLD MAIL | POSTPONE",
        "fr": "PAUSE | SUSPENDRE",
        "es": "PAUSA | PAUSAR | SUSPENDER",
        "ru": "ПАУЗА | ПРИОСТАНОВИТЬ",
        "ar": "إيقاف مؤقت | إيقاف | توقف",
        "zh-hans": "暂停",
    },
    "resume": {
        "en": "RESUME",
        "fr": "REPRENDRE | REPRISE",
        "es": "REANUDAR",
        "ru": "ВОЗОБНОВИТЬ | ПРОДОЛЖИТЬ",
        "ar": "استئناف",
        "zh-hans": "恢复 | 继续",
    },
    "follow": {
        "en": "FOLLOW | WATCH",
        "fr": "SUIVRE",
        "es": "SEGUIR",
        "ru": "СЛЕДИТЬ | ОТСЛЕЖИВАТЬ",
        "ar": "متابعة | تابع",
        "zh-hans": "关注 | 跟踪",
    },
    "unfollow": {
        "en": "UNFOLLOW | UNWATCH | UNMUTE",
        "fr": "NE PLUS SUIVRE",
        "es": "DEJAR DE SEGUIR",
        "ru": "НЕ СЛЕДИТЬ | НЕ ОТСЛЕЖИВАТЬ",
        "ar": "إلغاء المتابعة",
        "zh-hans": "取消关注",
    },
    "mute": {
        "en": "MUTE",
        "fr": "IGNORER | MASQUER",
        "es": "SILENCIAR",
        "ru": "ЗАГЛУШИТЬ | ИГНОРИРОВАТЬ",
        "ar": "كتم | تجاهل",
        "zh-hans": "屏蔽 | 静音",
    },
    # Looking things up.
    "which": {
        "en": "WHICH | QUERY | Q | SHOW | MY LISTS | STATUS",
        "fr": "MES LISTES | MES ABONNEMENTS",
        "es": "MIS LISTAS | MIS SUSCRIPCIONES",
        "ru": "МОИ СПИСКИ | МОИ ПОДПИСКИ",
        "ar": "اشتراكاتي | قوائمي",
        "zh-hans": "我的订阅 | 我的列表",
    },
    "lists": {
        "en": "LISTS | LIST | INDEX OF LISTS",
        "fr": "LISTES",
        "es": "LISTAS",
        "ru": "СПИСКИ | РАССЫЛКИ",
        "ar": "القوائم | قوائم",
        "zh-hans": "列表",
    },
    "info": {
        "en": "INFO | INFORMATION | ABOUT",
        "fr": "INFOS | RENSEIGNEMENTS",
        "es": "INFORMACIÓN | ACERCA DE",
        "ru": "СВЕДЕНИЯ | ИНФОРМАЦИЯ | ИНФО",
        "ar": "معلومات",
        "zh-hans": "信息 | 简介",
    },
    "help": {
        "en": "HELP | COMMANDS | USAGE",
        "fr": "AIDE | COMMANDES",
        "es": "AYUDA | COMANDOS",
        "ru": "ПОМОЩЬ | СПРАВКА | КОМАНДЫ",
        "ar": "مساعدة | المساعدة | أوامر",
        "zh-hans": "帮助 | 命令 | 幫助",
    },
    "search": {
        "en": "SEARCH | FIND | SCAN",
        "fr": "CHERCHER | RECHERCHER | RECHERCHE",
        "es": "BUSCAR | BÚSQUEDA",
        "ru": "НАЙТИ | ПОИСК | ИСКАТЬ",
        "ar": "بحث | ابحث | البحث",
        "zh-hans": "搜索 | 查找 | 搜尋",
    },
    "get": {
        "en": "GET | GETPOST | FETCH | READ",
        "fr": "OBTENIR | LIRE | RECEVOIR",
        "es": "OBTENER | LEER | RECIBIR",
        "ru": "ПОЛУЧИТЬ | ЧИТАТЬ | ПРОЧИТАТЬ",
        "ar": "أحضر | احضار | اقرأ | إرسال",
        "zh-hans": "获取 | 取得 | 阅读",
    },
    "confirm": {
        "en": "CONFIRM | OK | AUTH",
        "fr": "CONFIRMER",
        "es": "CONFIRMAR",
        "ru": "ПОДТВЕРДИТЬ",
        "ar": "تأكيد",
        "zh-hans": "确认",
    },
    "echo": {"en": "ECHO"},
    # For those who lead.
    "review": {
        "en": "REVIEW | REV | WHO | ROSTER | MEMBERS",
        "fr": "ABONNÉS | PARTICIPANTS",
        "es": "SUSCRIPTORES | PARTICIPANTES",
        "ru": "УЧАСТНИКИ | ПОДПИСЧИКИ",
        "ar": "المشتركون | المشاركون",
        "zh-hans": "成员 | 名单",
    },
    "held": {
        "en": "HELD | MODINDEX | PENDING | WAITING",
        "fr": "EN ATTENTE | RETENUES | CONTRIBUTIONS RETENUES",
        "es": "EN ESPERA | PENDIENTES",
        "ru": "ОЖИДАЮТ | НА ПРОВЕРКЕ",
        "ar": "قيد الانتظار | المعلقة",
        "zh-hans": "待审",
    },
    "approve": {
        "en": "APPROVE | DISTRIBUTE | DIS",
        "fr": "APPROUVER",
        "es": "APROBAR",
        "ru": "ОДОБРИТЬ",
        "ar": "موافقة",
        "zh-hans": "批准",
    },
    "reject": {
        "en": "REJECT | REJ | DISCARD",
        "fr": "REJETER | REFUSER",
        "es": "RECHAZAR",
        "ru": "ОТКЛОНИТЬ",
        "ar": "رفض",
        "zh-hans": "驳回 | 拒绝",
    },
    "edit": {
        "en": "EDIT",
        "fr": "MODIFIER",
        "es": "EDITAR",
        "ru": "ИЗМЕНИТЬ",
        "ar": "تعديل",
        "zh-hans": "编辑",
    },
    "admit": {
        "en": "ADMIT | ADD | LET IN | INVITE",
        "fr": "ADMETTRE | AJOUTER",
        "es": "ADMITIR | AÑADIR",
        "ru": "ПРИНЯТЬ | ДОБАВИТЬ",
        "ar": "قبول عضو | إضافة",
        "zh-hans": "接纳 | 添加",
    },
    "remove": {
        "en": "REMOVE | DELETE | DEL",
        "fr": "RETIRER",
        "es": "QUITAR | RETIRAR",
        "ru": "УДАЛИТЬ | ИСКЛЮЧИТЬ",
        "ar": "إزالة",
        "zh-hans": "移除",
    },
    "handover": {
        "en": "HANDOVER | HAND OVER | PASS | MODERATOR",
        "fr": "TRANSMETTRE | PASSER LA MAIN",
        "es": "TRASPASAR | CEDER",
        "ru": "ПЕРЕДАТЬ",
        "ar": "تسليم",
        "zh-hans": "移交",
    },
    "stepdown": {
        "en": "STEPDOWN | STEP DOWN | RESIGN",
        "fr": "SE RETIRER | DÉMISSIONNER",
        "es": "RENUNCIAR",
        "ru": "СЛОЖИТЬ ПОЛНОМОЧИЯ",
        "ar": "تنحي",
        "zh-hans": "卸任",
    },
    "summary": {
        "en": "SUMMARY",
        "fr": "SYNTHÈSE",
        "es": "SÍNTESIS",
        "ru": "РЕЗЮМЕ",
        "ar": "ملخص | الملخص",
        "zh-hans": "摘要 | 总结",
    },
    "withdraw": {
        "en": "WITHDRAW | RETRACT | TAKE BACK",
        "fr": "RETRAIT | SE RÉTRACTER",
        "es": "RETRACTAR | RETRACTARSE",
        "ru": "ОТОЗВАТЬ",
        "ar": "سحب",
        "zh-hans": "撤回",
    },
    "move": {
        "en": "MOVE | TRANSFER",
        "fr": "DÉPLACER | TRANSFÉRER",
        "es": "MOVER | TRASLADAR",
        "ru": "ПЕРЕНЕСТИ | ПЕРЕМЕСТИТЬ",
        "ar": "نقل",
        "zh-hans": "移动 | 移至",
    },
    "pin": {
        "en": "PIN | STICKY",
        "fr": "ÉPINGLER",
        "es": "FIJAR",
        "ru": "ЗАКРЕПИТЬ",
        "ar": "تثبيت",
        "zh-hans": "置顶",
    },
    "unpin": {
        "en": "UNPIN | UNSTICKY",
        "fr": "DÉSÉPINGLER",
        "es": "DESFIJAR",
        "ru": "ОТКРЕПИТЬ",
        "ar": "إلغاء التثبيت",
        "zh-hans": "取消置顶",
    },
    "lock": {
        "en": "LOCK | CLOSE THREAD",
        "fr": "VERROUILLER",
        "es": "BLOQUEAR",
        "ru": "ЗАКРЫТЬ",
        "ar": "إغلاق",
        "zh-hans": "锁定",
    },
    "unlock": {
        "en": "UNLOCK | REOPEN",
        "fr": "DÉVERROUILLER",
        "es": "DESBLOQUEAR",
        "ru": "ОТКРЫТЬ",
        "ar": "فتح",
        "zh-hans": "解锁",
    },
}  # fmt: skip

# Told from another language's word by their accents alone: RESUME ends a pause.
ACCENTED = {"résumé": "digest"}
# Words before a setting that say nothing by themselves: SET risk NOMAIL is NOMAIL risk.
SET = {
    "en": "SET | CHANGE",
    "fr": "RÉGLER | CHOISIR",
    "es": "CONFIGURAR | PONER",
    "ru": "УСТАНОВИТЬ | НАСТРОИТЬ",
    "ar": "ضبط | تعيين",
    "zh-hans": "设置 | 设定",
}
# Nothing is read after these.
END = {
    "en": "END | STOP | QUIT | EXIT | EOF",
    "fr": "FIN",
    "es": "FIN | TERMINAR",
    "ru": "КОНЕЦ | СТОП",
    "ar": "نهاية",
    "zh-hans": "结束",
}

# What a moderator answers beside the words above; these only decide when nothing else stands on the
# line.
DECISIONS: dict[str, Words] = {
    "approve": {
        "en": "OK | OKAY | YES | ACCEPT | APPROVED | PUBLISH | CONFIRM | FINE",
        "fr": "OUI | ACCEPTER | D'ACCORD | ACCEPTÉ | PUBLIER | APPROUVÉ",
        "es": "SÍ | ACEPTAR | ACEPTADO | DE ACUERDO | PUBLICAR | APROBADO",
        "ru": "ДА | ПРИНЯТЬ | ОК | СОГЛАСЕН | СОГЛАСНА | ОПУБЛИКОВАТЬ | ОДОБРЕНО",
        "ar": "نعم | موافق | أوافق | قبول | نشر",
        "zh-hans": "同意 | 是 | 通过 | 可以 | 接受 | 发布",
    },
    "reject": {
        "en": "NO | REFUSE | DENY | DECLINE | REJECTED",
        "fr": "NON | REFUS",
        "es": "NO | DENEGAR",
        "ru": "НЕТ | ОТКАЗАТЬ | ОТКАЗ",
        "ar": "لا | أرفض | مرفوض",
        "zh-hans": "不同意 | 否 | 不通过 | 不可以 | 驳回",
    },
    "edit": {
        "en": "CHANGE | EDITED | NEW TEXT",
        "fr": "CORRIGER | CHANGER",
        "es": "CORREGIR | CAMBIAR",
        "ru": "ИСПРАВИТЬ | ПРАВКА",
        "ar": "تحرير",
        "zh-hans": "修改",
    },
}


def alternatives(words: Words) -> list[str]:
    """Return all ways of saying something, of all languages."""
    return [alternative.strip() for entry in words.values() for alternative in entry.split("|")]


def own(words: Words, language: str) -> str:
    """Return the word to show to a reader of a language; English where the language has none."""
    return words.get(language, words["en"]).partition("|")[0].strip()
