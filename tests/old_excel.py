"""A workbook as Excel saved it before 2007, compressed and in base 85.

Written by xlwt: a sheet "Answers" with the names id, when, text and the row 1, 2025-03-01 09:17, Café.
"""

OLD_EXCEL = (
    "c-rk)O=uHA6#izDG(WcKCMH5Flu)p0Z4cr_gmzO!d$QDC6cKD{R#IwG*#>GoXtm}j2%Z!#g?bRA>ZK}r(3=OLq6a|`5(Pm#2?`$C"
    "tZ!a+C5;FPXrVISGH>2|GjHbY{O;_l<w$Y<L3;@`=!XYoJBX$#PEZKC2_2Mg+fsGo00moNLm?QTfo$^ONy|&W978$YC1|+seNGbi"
    "K;Z<=VrVjFCe{)A*@u*nKJ<|kxJ67DZR}N)<tdh%S>EH4Pgy3JxyrJS$`-|OEE_}Jd!1Q)OzY&lFl4<C+2$QHyAj6=Ig2k|6P2<)"
    "3|Ql-GaD?U!`qAn(0~q_In$EqIBv@&J45KrW_#1=L?*K@n=K+nL%x9Tb^`e3uI*<D#jh_fK>Uxjy#Eh;fQGV`zpi<KS=ghzR0?QC"
    ")GKrR7|2aco7U6{Iw2VuXr_;+Ntw==Ig0Y;xjaP&Ql~$M<POg}g1%-)XyKL8OfpSXOFhEtMJH!g?tFcHcx>1>$;>RD0+q93n{)~`"
    "E=dbA4s(vi(nFz}^<6A4bFEuhZ)X{!$xLzAaNJQ2&2gD4oZCh1>|wkywpZypNH2Uj@~ETm(b!4);$Z1~Z1JrzPwyWj?*%_|=n*~Q"
    "<_(F*h8qiKUwO~6?YBK9py`h9wsRo1Vih4)BP=T^**oG_N^|;3T8kR%3tEV|2=}swdPsT~MQYR1=-rV|Nm+y78f1U<Yf&t5_a&=N"
    "<q#AU6ciK`6ciK`>V<H=$UV;8z~_AN`<?$fs}#!WH_3mC5lqsPr|aZF<S4c<)6o3c0-tc}5_Q_R{|hCKQtK8bFvfmNG(3Ol#wM!Y"
    "r*1?2?=7K5+b=ib=Ra=$CzxT@Nd"
)
