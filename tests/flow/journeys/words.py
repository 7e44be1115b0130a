"""The commands as people of each language write them, and a sentence of the language."""

TEXTS = {
    "en": "Field trials need a baseline.",
    "fr": "Les essais exigent un état de référence, à vérifier.",
    "es": "Los ensayos exigen una línea de base, ¿verdad?",
    "ru": "Полевые испытания требуют исходных данных.",
    "ar": "تحتاج التجارب الحقلية إلى خط أساس.",
    "zh-hans": "田间试验需要基线数据。",
}
_ORDER = (
    "subscribe unsubscribe digest mail notices pause resume owncopy_off owncopy_on which info help search get review "
    "handover approve reject edit"
).split()
_WORDS = {
    "en": "SUBSCRIBE, UNSUBSCRIBE, SET DIGEST DAILY, MAIL, NOTICES, PAUSE UNTIL 2031-05-01, RESUME, OWNCOPY OFF, "
    "OWNCOPY ON, WHICH, INFO, HELP, SEARCH, GET, REVIEW, HANDOVER, APPROVE, REJECT, EDIT",
    "fr": "s'abonner, se désabonner, condensé hebdomadaire, courrier, avis, pause jusqu'au 2031-05-01, reprendre, "
    "copie non, copie oui, mes listes, infos, aide, chercher, obtenir, abonnés, transmettre, approuver, refuser, "
    "modifier",
    "es": "Suscribir, Baja, Resumen diario, Correo, Avisos, Pausa hasta 2031-05-01, Reanudar, Copia no, Copia sí, "
    "Mis listas, Información, Ayuda, Buscar, Obtener, Suscriptores, Traspasar, Aprobar, Rechazar, Editar",
    "ru": "подписаться, отписаться, дайджест еженедельно, почта, уведомления, пауза до 2031-05-01, возобновить, "
    "копия нет, копия да, мои списки, сведения, помощь, найти, получить, участники, передать, одобрить, отклонить, "
    "изменить",
    "ar": "اشتراك, إلغاء الاشتراك, خلاصة يوميا, بريد, إشعارات, إيقاف مؤقت حتى 2031-05-01, استئناف, نسخة لا, نسخة نعم, "
    "اشتراكاتي, معلومات, مساعدة, بحث, أحضر, المشتركون, تسليم, موافقة, رفض, تعديل",
    "zh-hans": "订阅, 退订, 汇总 每周, 逐封, 通知, 暂停 至 2031-05-01, 恢复, 副本 否, 副本 是, 我的订阅, 信息, 帮助, "
    "搜索, 获取, 成员, 移交, 批准, 拒绝, 编辑",
}
WORDS = {language: dict(zip(_ORDER, words.split(", "), strict=True)) for language, words in _WORDS.items()}
