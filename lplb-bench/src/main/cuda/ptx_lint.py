import re,sys,glob
bad=0
for p in sys.argv[1:]:
    lines=open(p).read().split('\n'); blk=None; defs={}; uses=[]; n={'rsd':0,'const':0}
    for i,l in enumerate(lines):
        m=re.match(r'^(BLOCK_\d+|LOOP_COND_\d+):',l)
        if m: blk=m.group(1); continue
        if re.search(r'shared.*\[rsd',l): n['rsd']+=1
        if re.search(r'setp\.[a-z]+\.u32[^,]*, [01], [01];',l): n['const']+=1
        ps=re.findall(r'rpb\d+',l)
        if not ps or '.reg' in l: continue
        d=None
        mm=re.match(r'\s*(setp|or\.pred|and\.pred|not\.pred|testp|xor\.pred)\S*\s+(rpb\d+)',l)
        if mm: d=mm.group(2); ps=ps[1:]
        for u in ps: uses.append((u,blk,i+1,l.strip()))
        if d: defs.setdefault(d,[]).append(blk)
    cross=[u for u in uses if u[1] not in defs.get(u[0],[])]
    if n['rsd'] or n['const'] or cross:
        bad+=1; print(p.split('/')[-1][:40],n,len(cross)); 
        for c in cross[:12]: print('   ',c, defs.get(c[0]))
print('files with findings',bad,'of',len(sys.argv)-1)
