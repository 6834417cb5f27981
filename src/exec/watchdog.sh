# Kills the process groups it was told of when whoever told it is gone. Reads lines of `+ GROUP` and `- GROUP`; a group is
# told of twice, by the command itself and by whoever started it.
trap '' HUP INT QUIT TERM
groups=' '
while read -r sign group; do
  case $sign$groups in
    "+"*" $group "*) ;;
    +*) groups="$groups$group " ;;
    -*" $group "*) groups="${groups%% "$group" *} ${groups#* "$group" }" ;;
  esac
done
for group in $groups; do kill -KILL "-$group" 2>/dev/null; done
