"""How people call the columns of a table of pictures, in several languages. Data alone.

Spellings stand without letter case, spaces and signs; the first that is met counts.
"""

from __future__ import annotations

from tl_core.data.folder_shape import SPLIT_NAMES
from tl_core.data.index import Split

PATH_WORDS = (
    "path", "filepath", "imagepath", "imgpath", "relpath", "relativepath", "filename", "file", "files", "fname",
    "imagefilename", "imagefile", "imagename", "imgfile", "imgname", "image", "images", "img", "picture",
    "photo", "imageid", "imgid", "photoid", "isicid", "id", "name", "src", "url", "pfad", "datei", "dateiname",
    "bild", "fichier", "archivo", "ruta", "imagen", "файл", "путь", "路径", "文件", "文件名", "图片", "图像",
    "照片", "画像", "ファイル",
)  # fmt: skip
LABEL_WORDS = (
    "label", "labels", "classname", "class", "labelname", "category", "categoryname", "kind", "species",
    "target", "type", "tag", "breed", "diagnosis", "dx", "groundtruth", "gt", "y", "classid", "labelid",
    "categoryid", "classlabel", "klasse", "kategorie", "art", "classe", "etiquette", "clase", "etiqueta",
    "класс", "метка", "标签", "类别", "分类", "种类", "ラベル",
)  # fmt: skip
SPLIT_WORDS = (
    "split", "subset", "partition", "set", "datasplit", "datasubset", "phase", "usage", "划分", "集合",
)  # fmt: skip
GROUP_WORDS = (
    "group", "groups", "groupid", "station", "stationid", "site", "siteid", "location", "locationid", "place",
    "camera", "cameraid", "patient", "patientid", "subject", "subjectid", "person", "personid", "lesionid",
    "sequence", "sequenceid", "seqid", "video", "videoid", "session", "serial", "serialnumber", "series",
    "batch", "slide", "case", "caseid", "plot", "day", "gruppe", "groupe", "grupo", "группа", "组", "分组",
    "站点", "地点",
)  # fmt: skip
SPLIT_VALUES: dict[str, Split] = {
    **SPLIT_NAMES,
    "dev": "val",
    "eval": "val",
    "evaluation": "val",
    "tr": "train",
    "te": "test",
}
